import hmac


def check(key, data, given):
    return hmac.compare_digest(hmac.new(key, data, "sha256").hexdigest(), given)
