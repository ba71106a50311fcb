"""Outside standards: what can answer which control, and what one release shows of them."""
