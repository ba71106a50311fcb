import hashlib
import os


def store(password, data):
    hashlib.sha256(data).hexdigest()
    return hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)
