from flask import Flask, request

app = Flask(__name__)


@app.patch("/profile")
def profile():
    person = app.people.current()
    for name, value in request.json.items():
        if name not in ("name", "room"):
            continue
        setattr(person, name, value)
    return "ok"
