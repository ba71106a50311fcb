"""Does the product use what is vulnerable? Advice for a person, with every doubt named; it decides nothing."""
