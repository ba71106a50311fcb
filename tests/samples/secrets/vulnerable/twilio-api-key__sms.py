send("@twilio-api-key@")
