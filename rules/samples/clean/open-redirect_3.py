from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def set_language(request):
    target = request.POST.get("next", request.GET.get("next"))
    if (target or request.accepts("text/html")) and not url_has_allowed_host_and_scheme(
        url=target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = request.META.get("HTTP_REFERER")
        if not url_has_allowed_host_and_scheme(url=target, allowed_hosts={request.get_host()}):
            target = "/"
    return HttpResponseRedirect(target) if target else HttpResponse(status=204)


def after_login(request):
    target = request.GET.get("next", "")
    if target and not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target or "/")
