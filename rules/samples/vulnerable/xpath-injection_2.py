from django.http import HttpResponse
from lxml import etree


def price(request):
    tree = etree.parse("prices.xml")
    return HttpResponse(tree.xpath("//item[@id='%s']/price" % request.GET["id"]))
