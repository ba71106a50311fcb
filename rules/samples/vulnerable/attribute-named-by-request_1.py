from flask import Flask, request

app = Flask(__name__)


@app.patch("/profile")
def profile():
    person = app.people.current()
    for name in request.json:
        setattr(person, name, request.json[name])
    return "ok"
