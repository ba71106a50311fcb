from flask import Flask, make_response

app = Flask(__name__)
app.config["SESSION_COOKIE_HTTPONLY"] = True


@app.get("/")
def index():
    response = make_response("welcome")
    response.set_cookie("session", "opaque", secure=True, httponly=True, samesite="Strict")
    return response
