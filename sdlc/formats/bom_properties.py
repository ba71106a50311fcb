"""Names of the properties with which our SBOM says what CycloneDX has no member for."""

from __future__ import annotations

MARKER = "secure-sdlc:marker"
"""The condition under which a component is installed (PEP 508); several are alternatives."""
SOURCE = "secure-sdlc:locked-from"
"""What a component comes from instead of an index: a repository, an address, a path."""
FILENAME = "bsi:component:filename"
"""The name of a file that a component may be, as BSI TR-03183-2 asks for it."""
LOOKED = "secure-sdlc:looked-into"
"""How many files of a component were opened, or why none."""
UNKNOWN = "secure-sdlc:unknown:"
"""The beginning of the name of a property that says why a field is unknown."""
DECLARED = "secure-sdlc:declared-license"
"""Which license the carrier's own SBOM declares for a nested part."""
UNEXPLAINED = "secure-sdlc:unexplained"
"""A place in a component that nobody can explain."""
