"""Signatures as data: envelopes, keys, bundles and the trust root that says whose signature counts for what."""
