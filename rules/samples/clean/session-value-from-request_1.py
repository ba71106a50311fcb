from flask import Flask, request, session

app = Flask(__name__)


@app.post("/login")
def login():
    user = find_user(int(request.form["number"]))
    session["user"] = user.id
    return "ok"


def find_user(number):
    return USERS[number]


USERS = {}
