import re

from django.http import JsonResponse


def search(request, names):
    pattern = re.compile(request.GET["pattern"])
    return JsonResponse({"found": [name for name in names if pattern.match(name)]})
