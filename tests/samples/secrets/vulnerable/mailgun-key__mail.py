send("@mailgun-key@")
