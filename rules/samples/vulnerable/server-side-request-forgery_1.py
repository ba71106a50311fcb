import requests
from flask import request


def fetch():
    return requests.get(request.args["url"], timeout=5).text
