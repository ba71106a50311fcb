run("@telegram-bot-token@")
