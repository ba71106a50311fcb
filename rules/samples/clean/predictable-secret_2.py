import random
import secrets

generator = secrets.SystemRandom()


def make_otp():
    color = random.choice(["red", "green"])
    otp = str(generator.randrange(10**6))
    return color, otp
