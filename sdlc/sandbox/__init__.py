"""How product code is confined: clean environment, limits, no new privileges, a network of its own."""
