"""The attack surface, extracted from source text; no I/O, and nothing of the product runs."""
