import html

from django.http import HttpResponse


def hello(request):
    name = html.escape(request.GET["name"])
    return HttpResponse("<h1>" + name + "</h1>")


def text(request):
    return HttpResponse(request.GET["name"], content_type="text/plain")
