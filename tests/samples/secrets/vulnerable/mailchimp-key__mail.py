send("@mailchimp-key@")
