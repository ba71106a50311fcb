from defusedxml import minidom

from django.http import HttpResponse


def receive(request):
    return HttpResponse(minidom.parseString(request.body).documentElement.tagName)
