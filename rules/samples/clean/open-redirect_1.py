from urllib.parse import urlsplit

from flask import redirect, request, url_for


def login():
    target = request.args.get("next", "/")
    if urlsplit(target).netloc or not target.startswith("/"):
        target = url_for("index")
    return redirect(target)
