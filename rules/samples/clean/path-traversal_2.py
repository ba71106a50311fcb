from pathlib import Path

from flask import abort, request

FOLDER = Path("/srv/files").resolve()


def download():
    target = (FOLDER / request.args["name"]).resolve()
    if not target.is_relative_to(FOLDER):
        abort(404)
    return target.read_bytes()
