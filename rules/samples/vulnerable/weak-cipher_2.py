from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def encrypt(key):
    return Cipher(algorithms.AES(key), modes.ECB())
