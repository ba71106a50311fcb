"""Threat models: what could go wrong, what is done against it, and whether that is proved in this build. Pure."""
