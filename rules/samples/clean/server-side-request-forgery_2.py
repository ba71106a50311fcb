import requests
from flask import request


def fetch():
    number = request.args["number"]
    requests.get("https://api.example.org/items", params={"number": number}, timeout=5)
    return requests.get(f"https://api.example.org/items/{number}", timeout=5).text
