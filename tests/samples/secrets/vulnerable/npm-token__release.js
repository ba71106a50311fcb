publish("@npm-token@")
