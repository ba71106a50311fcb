import re

from flask import request


def search(lines):
    expression = re.escape(request.args["q"])
    return [line for line in lines if re.search(expression, line)]
