from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def move(request):
    target = request.GET.get("next", "")
    other = request.GET.get("other", "")
    if (other or request.accepts("text/html")) and not url_has_allowed_host_and_scheme(target, allowed_hosts=set()):
        target = "/"
    return HttpResponseRedirect(target)
