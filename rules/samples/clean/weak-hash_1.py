import hashlib

print(hashlib.sha256(b"data").hexdigest(), hashlib.md5(b"data", usedforsecurity=False).hexdigest())
