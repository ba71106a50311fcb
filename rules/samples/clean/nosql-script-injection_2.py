from bson.code import Code
from django.http import JsonResponse


def totals(request, collection):
    field = request.GET["field"]
    mapper = Code("function() { emit(this[name], 1); }", {"name": field})
    return JsonResponse({"totals": collection.map_reduce(mapper, Code("function(k, v) { return v.length; }"))})
