"""Values followed across functions and modules: what our taint rules name, over Python's syntax trees."""
