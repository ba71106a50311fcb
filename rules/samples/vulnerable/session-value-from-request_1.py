from flask import Flask, request, session

app = Flask(__name__)


@app.post("/tenant")
def tenant():
    chosen = request.form["tenant"]
    session["tenant"] = chosen
    return "ok"
