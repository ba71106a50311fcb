import re

from flask import request


def search(lines):
    expression = request.args["q"]
    return [line for line in lines if re.search(expression, line)]
