from flask import Blueprint, abort, request
from flask.views import MethodView, View

patients = Blueprint("patients", __name__)
notes = Blueprint("notes", __name__, url_prefix="/<int:patient>/notes")
patients.register_blueprint(notes)


def check_token():
    if request.headers.get("Authorization") != "Bearer sample":
        abort(401)


@patients.before_request
def require_token():
    check_token()


@patients.get("/")
def every():
    return []


@patients.delete("/<int:patient>")
def forget(patient):
    return ""


@notes.route("", methods=("GET", "POST"))
def all_notes(patient):
    return []


class Image(MethodView):
    def get(self, path):
        return path

    def put(self, path):
        return path


class Thumbnail(Image):
    def delete(self, path):
        return path


class Plain(View):
    methods = ["POST"]

    def dispatch_request(self):
        return ""


patients.add_url_rule("/images/<path:path>", view_func=Image.as_view("image"))
patients.add_url_rule("/thumbnails/<path:path>", view_func=Thumbnail.as_view("thumbnail"))
plain_view = Plain.as_view("plain")
patients.add_url_rule("/plain", view_func=plain_view)
