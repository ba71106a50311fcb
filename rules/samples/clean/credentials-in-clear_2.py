import smtplib


def send(message, password: str) -> None:
    with smtplib.SMTP("mail.invalid", 587) as server:
        server.starttls()
        server.login("desk", password)
        server.send_message(message)
