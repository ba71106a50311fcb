from django.http import HttpResponse


def hello(request):
    return HttpResponse("<h1>" + request.GET["name"] + "</h1>")
