from flask import request


def login(users):
    return users.find_one({"name": str(request.json["name"])})
