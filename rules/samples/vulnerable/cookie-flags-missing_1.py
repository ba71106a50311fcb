def login(response, value):
    response.set_cookie("session_id", value)
