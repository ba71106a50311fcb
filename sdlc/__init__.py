"""secure-sdlc: gates, evidence, approvals and signatures for software that must not fail others."""

__version__ = "0.1.0"
