"""The engine that the secrets gate drives: texts of tree and history, and the child process that searches them."""
