import os
import uuid

from flask import Flask, request

app = Flask(__name__)


@app.post("/report")
def report():
    name = f"{uuid.uuid4()}.bin"
    request.files["report"].save(os.path.join(app.instance_path, name))
    return "ok"
