from flask import Flask, request

app = Flask(__name__)
ORIGINS = ("https://viewer.invalid", "https://desk.invalid")


@app.after_request
def allow(response):
    origin = request.headers.get("Origin")
    if origin not in ORIGINS:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
    return response
