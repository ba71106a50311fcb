"""Attacks on a user's own release configuration, tried on a mirror of it."""
