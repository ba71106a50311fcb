import subprocess

from flask import request


def start():
    program = request.form["program"]
    subprocess.run([program, "--version"], check=True)
