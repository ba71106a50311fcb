ask("@openai-key@")
