import hmac


def check(key, data, given):
    return hmac.new(key, data, "sha256").hexdigest() == given
