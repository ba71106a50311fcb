"""Prints the resolver's own table; variants of an address for other formats (`.json`) are left out."""

import json
import os
import re

os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"

import django

django.setup()

from django.urls import URLResolver, get_resolver

LIMITED = {"upload": ["POST"], "archive": ["GET"]}


def plain(pattern):
    text = str(pattern)
    if "format" in text:
        return None
    text = re.sub(r"<[^<>]*>", "{}", re.sub(r"\((\?P<\w+>)?(\[[^\]]*\](\{\d+\}|\+)?|\\d\+|[^()]*)\)", "{}", text))
    return text.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\", "")


def methods(view):
    actions = getattr(view, "actions", None)
    if actions:
        return {method.upper() for method in actions} - {"HEAD"}
    made = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if made is None:
        view = getattr(view, "__wrapped__", view)
        return LIMITED.get(view.__name__, ["*"])
    names = [name for name in made.http_method_names if hasattr(made, name) and name not in ("head", "options")]
    return {name.upper() for name in names}


def rows(resolver, prefix=""):
    for one in resolver.url_patterns:
        text = plain(one.pattern)
        if text is None:
            continue
        if isinstance(one, URLResolver):
            yield from rows(one, prefix + text)
        else:
            yield from (f"http:{method} /{prefix}{text}" for method in methods(one.callback))


print(json.dumps(sorted(set(rows(get_resolver())))))
