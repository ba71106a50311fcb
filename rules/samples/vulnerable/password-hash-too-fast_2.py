import hashlib


def store(user, salt):
    return hashlib.sha512(salt + user.password).hexdigest()
