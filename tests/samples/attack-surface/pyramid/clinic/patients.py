from pyramid.response import Response


def listed(request):
    return Response("all")


def includeme(config):
    config.add_route("patients", "")
    config.add_route("patient", r"/{number:\d+}")
    for method in ("GET", "POST"):
        config.add_view(listed, route_name="patients", request_method=method)
