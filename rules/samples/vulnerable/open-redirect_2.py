from django.http import HttpResponseRedirect


def login(request):
    target = request.GET["next"]
    return HttpResponseRedirect(target)
