from Crypto.Cipher import AES, DES


def encrypt(key, data):
    return DES.new(key, DES.MODE_CBC).encrypt(data), AES.new(key, AES.MODE_ECB).encrypt(data)
