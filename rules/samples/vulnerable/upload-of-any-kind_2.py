from pathlib import Path

from flask import Flask, request

app = Flask(__name__)


@app.post("/pictures")
def pictures():
    for sent in request.files.getlist("pictures"):
        sent.save(Path("static") / Path(sent.filename).name)
    return "ok"
