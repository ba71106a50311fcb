"""A ward's records on Bottle: an application mounted, one merged, routes without decorators, old parameters."""

from bottle import Bottle, abort, request

from clinic.patients import patients

shared = Bottle()


@shared.get("/health")
def health():
    return "well"


def make_app():
    app = Bottle()

    @app.hook("before_request")
    def check_session():
        if request.path.startswith("/private") and not request.get_cookie("user"):
            abort(401)

    @app.route("/")
    def index():
        return "clinic"

    @app.route(["/wards", "/wards/<name:re:[a-z]+>"], method=["GET", "POST"])
    def wards(name=""):
        return name

    app.route("/old/:number", "PUT", index)
    app.mount("/patients/", patients)
    app.merge(shared)
    return app
