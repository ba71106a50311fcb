from flask import Flask, request, session

app = Flask(__name__)


@app.post("/language")
def language():
    wanted = request.form["language"]
    if wanted not in ("de", "en", "ja"):
        return "unknown", 400
    session["language"] = wanted
    return "ok"
