post("https://clinic.webhook.office.com/webhookb2/@teams-webhook@")
