"""What a credential looks like: kinds as data, the proof by shape and entropy, and what only looks like one."""
