"""Licenses: what is known of each component's, what each asks, and what a product's lists say of it. Pure."""
