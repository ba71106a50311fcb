"""Inspecting: installed distributions and wheels, opened within bounds; what is seen goes to `components`."""
