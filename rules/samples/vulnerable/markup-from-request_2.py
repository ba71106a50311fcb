from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe


def greet(request):
    return HttpResponse(mark_safe("<b>" + request.GET["name"] + "</b>"))
