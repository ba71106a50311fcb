from sanic import Blueprint
from sanic.response import text
from sanic.views import HTTPMethodView

from .patients import token_required

studies = Blueprint("studies", url_prefix="/studies")


class Study(HTTPMethodView):
    async def get(self, request, uid):
        return text(uid)

    @token_required
    async def delete(self, request, uid):
        return text(uid)


@studies.patch("/<uid:uuid>")
async def change(request, uid):
    return text(str(uid))
