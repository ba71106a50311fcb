"""Bytes to rows and rows to bytes, pure: no file, no clock, no network."""
