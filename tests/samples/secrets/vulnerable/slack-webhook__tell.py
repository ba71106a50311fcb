post("https://hooks.slack.com/services/@slack-webhook@")
