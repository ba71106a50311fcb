from django.http import JsonResponse
from lxml import etree


def price(request):
    tree = etree.parse("prices.xml")
    return JsonResponse({"price": tree.xpath("//item[@id='%s']/price" % request.GET["id"])})
