def login(response, value):
    response.set_cookie("session_id", value, secure=True, httponly=True, samesite="Lax")
    response.set_cookie("color", value)
