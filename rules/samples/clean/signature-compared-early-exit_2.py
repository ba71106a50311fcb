import hashlib
import hmac


def verify(secret, body, header):
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(header, expected)
