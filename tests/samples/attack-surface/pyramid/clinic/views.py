from pyramid.response import Response
from pyramid.view import view_config, view_defaults


@view_config(route_name="home")
def home(request):
    return Response("clinic")


@view_config(route_name="upload", permission="write")
def upload(request):
    return Response("taken")


@view_defaults(route_name="patient", permission="read")
class Patient:
    def __init__(self, request):
        self.request = request

    @view_config(request_method="GET")
    def shown(self):
        return Response("one")

    @view_config(request_method="DELETE", permission="write")
    def removed(self):
        return Response("gone")
