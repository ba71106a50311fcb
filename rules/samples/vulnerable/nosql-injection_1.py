from flask import request


def login(users):
    return users.find_one({"name": request.json["name"], "password": request.json["password"]})
