from flask import request
from markupsafe import Markup


def title():
    return Markup("<b>{}</b>").format(request.args["title"])
