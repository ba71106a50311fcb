from flask import Flask, request

app = Flask(__name__)


@app.get("/visits")
def visits():
    ward = request.args["ward"]
    return {"visits": app.visits.count({"ward": {"$eq": ward}})}
