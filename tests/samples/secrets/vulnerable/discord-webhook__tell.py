post("https://discord.com/api/webhooks/202020202020202020/@discord-webhook@")
