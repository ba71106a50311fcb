import os

from flask import Flask, request
from werkzeug.utils import secure_filename

app = Flask(__name__)


@app.post("/report")
def report():
    sent = request.files["report"]
    sent.save(os.path.join(app.static_folder, secure_filename(sent.filename)))
    return "ok"
