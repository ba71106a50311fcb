import random


def make_otp():
    return str(random.randint(0, 999999))
