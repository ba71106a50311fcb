from django.utils.safestring import mark_safe


def badge(name):
    return mark_safe("<i>%s</i>" % name)
