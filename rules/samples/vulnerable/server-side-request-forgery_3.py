import urllib.request


def view(request):
    return urllib.request.urlopen(request.GET["feed"]).read()
