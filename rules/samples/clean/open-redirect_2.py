from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def login(request):
    target = request.GET["next"]
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={"example.org"}):
        target = "/"
    return HttpResponseRedirect(target)
