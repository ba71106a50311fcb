import os

from flask import abort, request, send_file
from werkzeug.utils import secure_filename


def download():
    name = secure_filename(request.args["name"])
    return send_file(os.path.join("/srv/files", name))


def thumbnail():
    if request.args["size"] not in ("small", "large"):
        abort(404)
    return open("/srv/thumbs/%d.png" % int(request.args["id"]), "rb").read()
