from xml.dom import minidom

from django.http import JsonResponse


def receive(request):
    return JsonResponse({"root": minidom.parseString(request.body).documentElement.tagName})
