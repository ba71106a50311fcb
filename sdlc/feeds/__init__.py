"""Advisory feeds: files in several forms → records with one identity; the same again as one normalized folder."""
