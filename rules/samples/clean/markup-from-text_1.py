from django.utils.html import format_html
from django.utils.safestring import mark_safe


def badge(name):
    return format_html("<i>{}</i>", name) + mark_safe("<hr>")
