"""A ward's records on Sanic: groups of blueprints, a version, views as classes, a websocket, static files."""

from sanic import Blueprint, Sanic
from sanic.response import text

from clinic.patients import patients
from clinic.studies import Study, studies

api = Blueprint.group(patients, studies, url_prefix="/api")
admin = Blueprint("admin", url_prefix="/admin", version=1)


@admin.on_request
async def require_admin(request):
    if request.token != "admin":
        return text("no", status=403)


@admin.route("/reload", methods=["POST", "DELETE"])
async def reload(request):
    return text("reloaded")


def make_app():
    app = Sanic("clinic")

    @app.get("/")
    async def index(request):
        return text("clinic")

    @app.websocket("/live/<ward:str>")
    async def live(request, socket, ward):
        await socket.send(ward)

    async def health(request):
        return text("well")

    app.add_route(health, "/health", methods=["GET", "HEAD"])
    app.add_route(Study.as_view(), "/study/<uid>")
    app.static("/static", "clinic", name="files")
    app.blueprint(api)
    app.blueprint(admin)
    return app
