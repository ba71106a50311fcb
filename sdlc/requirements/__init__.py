"""Security requirements and the matrix of roles: what is asked of a product, and whether this build shows it."""
