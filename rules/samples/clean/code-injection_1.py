import ast

from flask import request


def compute():
    value = ast.literal_eval(request.args["value"])
    return str(value)
