import subprocess

from flask import request


def start():
    word = request.form["word"]
    subprocess.run(["echo", word], check=True)
