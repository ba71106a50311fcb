from flask import request
from markupsafe import Markup


def title():
    return Markup(f"<b>{request.args['title']}</b>")
