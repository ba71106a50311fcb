"""The engine of the fuzz gate: shares a time budget over harnesses and search engines."""
