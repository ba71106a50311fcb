"""Components: what is pinned, what is shipped, and whether the two agree. Pure."""
