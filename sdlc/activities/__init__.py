"""Acts of people that no program does: penetration tests, training, reviews; recorded, signed, and judged."""
