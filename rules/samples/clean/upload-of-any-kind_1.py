import os

from flask import Flask, abort, request
from werkzeug.utils import secure_filename

app = Flask(__name__)


@app.post("/report")
def report():
    sent = request.files["report"]
    name = secure_filename(sent.filename)
    if os.path.splitext(name)[1].lower() != ".pdf":
        abort(415)
    sent.save(os.path.join(app.instance_path, name))
    return "ok"
