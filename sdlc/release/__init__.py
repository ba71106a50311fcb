"""A release: what is proposed, who decided what about it, what was signed, and how a stranger checks it."""
