send("@sendgrid-key@")
