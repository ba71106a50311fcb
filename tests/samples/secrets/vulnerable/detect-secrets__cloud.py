softlayer_x = call("https://api.softlayer.com/soap/v3/@detect-secrets@")
