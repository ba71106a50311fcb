from functools import wraps

from sanic import Blueprint
from sanic.response import text

patients = Blueprint("patients", url_prefix="/patients")


def token_required(handler):
    @wraps(handler)
    async def inner(request, *args, **kwargs):
        if not request.token:
            return text("no", status=401)
        return await handler(request, *args, **kwargs)

    return inner


@patients.get("/")
async def listed(request):
    return text("all")


@patients.post("/<number:int>/notes")
@token_required
async def note(request, number):
    return text("noted")
