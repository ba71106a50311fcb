clone("@github-token-unproved@")
