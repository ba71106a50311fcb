from flask import Flask, request

from clinic import db
from clinic.models import Person

app = Flask(__name__)
SHOWN = {"compact": True}


@app.post("/people")
def add():
    db.session.add(Person(name=request.get_json()["name"], **SHOWN))
    return "ok"
