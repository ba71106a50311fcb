"""A ward's records on Pyramid: includes with prefixes, decorated and added views, defaults of a class, permissions."""

from pyramid.config import Configurator
from pyramid.response import Response


def version(request):
    return Response("1")


def make_config():
    config = Configurator()
    config.add_route("home", "/")
    config.add_route("upload", "/upload", request_method="POST")
    config.include("clinic.patients", route_prefix="/api/v1/patients")
    config.include(meta, route_prefix="meta")
    config.add_static_view(name="static", path="clinic:static")
    config.scan("clinic.views")
    config.commit()
    return config


def meta(config):
    config.add_route("version", "/version")
    config.add_view(version, route_name="version", request_method=("GET", "HEAD"))
    config.include(".reports", route_prefix="/reports")
