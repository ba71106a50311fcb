"""Graphs and series as SVG text, pure: the same input gives the same bytes, nothing is fetched, nothing is run."""
