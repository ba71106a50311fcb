publish("@npm-token-unproved@")
