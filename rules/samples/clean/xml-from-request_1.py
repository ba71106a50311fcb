from defusedxml import ElementTree
from flask import request


def load():
    return ElementTree.fromstring(request.data)
