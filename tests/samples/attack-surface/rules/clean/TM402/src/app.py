"""A mailbox that is asked over HTTP."""

import subprocess
import os
from functools import wraps

from flask import Flask, abort, session

app = Flask(__name__)
app.secret_key = os.environ["MAILBOX_KEY"]


def signed_in(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        if "user" not in session:
            abort(401)
        return view(*args, **kwargs)

    return wrapper


@app.get("/letters/<int:number>")
@signed_in
def one_letter(number):
    return str(number)


@app.post("/letters")
@signed_in
def send():
    subprocess.run(["sendmail", "-t"], check=True)
    return "sent"


@app.get("/health")
def health():
    return "ok"


if __name__ == "__main__":
    app.run(port=8025)
