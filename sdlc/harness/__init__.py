"""What fuzz harnesses and test plug-ins of a product import: standard library only."""

from sdlc.harness.fuzz import fuzz

__all__ = ["fuzz"]
