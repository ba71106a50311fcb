from pyramid.response import Response


def report(request):
    return Response("a report")


def includeme(config):
    config.add_route("report", "/{year}/*rest")
    config.add_view(report, route_name="report")
