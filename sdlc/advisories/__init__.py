"""Advisories: which of them speak of which component, and how bad it is. Pure."""
