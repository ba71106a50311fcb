import xml.etree.ElementTree as ElementTree

from flask import request


def load():
    return ElementTree.fromstring(request.data)
