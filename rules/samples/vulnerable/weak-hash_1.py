import hashlib

print(hashlib.md5(b"data").hexdigest())
