from flask import Flask, request

from clinic import db
from clinic.models import Person

app = Flask(__name__)


@app.post("/people")
def add():
    fields = request.get_json()
    db.session.add(Person(**fields))
    return "ok"
