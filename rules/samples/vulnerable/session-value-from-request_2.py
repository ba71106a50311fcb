from django.http import HttpResponse


def mark(request):
    request.session[request.GET["flag"]] = True
    return HttpResponse("ok")
