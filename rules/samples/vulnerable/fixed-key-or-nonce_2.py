from cryptography.hazmat.primitives.ciphers import modes

mode = modes.CBC(b"0123456789abcdef")
