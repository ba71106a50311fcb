"""Evidence: a content-addressed store, and the statements about what is in it."""
