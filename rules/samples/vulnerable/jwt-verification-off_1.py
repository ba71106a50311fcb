import jwt


def who(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]
