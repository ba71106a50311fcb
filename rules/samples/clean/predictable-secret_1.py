import random
import secrets


def reset():
    token = secrets.token_urlsafe()
    delay = random.random()
    return token, delay
