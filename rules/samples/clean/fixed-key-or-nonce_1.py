import os

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers import modes


def make(key):
    return Fernet(key), modes.CBC(os.urandom(16))
