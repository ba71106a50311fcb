import json

from flask import request


def load():
    return json.loads(request.cookies["state"])
