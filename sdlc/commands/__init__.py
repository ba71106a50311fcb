"""One file per verb: each owns its part of the command line and wires rooms together; none decides anything."""
