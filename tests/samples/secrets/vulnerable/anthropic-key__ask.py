ask("@anthropic-key@")
