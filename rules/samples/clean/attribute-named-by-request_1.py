from flask import Flask, request

app = Flask(__name__)
FIELDS = ("name", "room")


@app.patch("/profile")
def profile():
    person = app.people.current()
    for name in FIELDS:
        setattr(person, name, request.json[name])
    return "ok"
