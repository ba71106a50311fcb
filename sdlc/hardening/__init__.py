"""What a product carries, opens, ships as defaults and runs in, and whether that is less than it could be."""
