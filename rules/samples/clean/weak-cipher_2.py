from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def encryptor(key, nonce):
    return Cipher(algorithms.AES256(key), modes.GCM(nonce)).encryptor()
