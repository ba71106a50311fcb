"""A ward's records: an application factory, nested blueprints, views as classes, a loop, a static folder."""

from functools import wraps

from flask import Flask, abort, session

from clinic.reports import reports as report_pages
from clinic.settings import API

DEFAULTS = {"prefix": "/meta"}


def signed_in(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
        if "user" not in session:
            abort(401)
        return view(*args, **kwargs)

    return wrapper


def register(application):
    from .patients import patients

    application.register_blueprint(patients, url_prefix=f"{API}/patients")
    application.register_blueprint(report_pages)


def make_app():
    app = Flask(__name__)
    app.secret_key = "only for the sample"

    @app.route("/")
    def index():
        return "clinic"

    @app.route("/upload", methods=["POST", "PUT"])
    @signed_in
    def upload():
        return "taken"

    for ward in ("north", "south"):
        app.add_url_rule(f"/wards/{ward}", ward, lambda: "a ward")
    app.add_url_rule(DEFAULTS["prefix"] + "/version", "version", view_func=index)
    register(app)
    return app
