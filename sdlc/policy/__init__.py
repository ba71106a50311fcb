"""Pure decision: facts and policy in, verdict out. No file, no clock, no tool."""
