SESSION_COOKIE_SECURE = True


def login(response, value):
    response.set_cookie("session", value, secure=True, httponly=True)
