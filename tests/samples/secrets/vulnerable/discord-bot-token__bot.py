bot.run("@discord-bot-token@")
