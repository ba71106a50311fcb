from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe


def greet(request):
    return HttpResponse(format_html("<b>{}</b>", request.GET["name"]))
