import jwt


def who(token, key):
    return jwt.decode(token, key, algorithms=["ES256"], options={"require": ["exp"]})["sub"]
