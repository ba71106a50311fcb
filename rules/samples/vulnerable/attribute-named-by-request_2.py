from django.http import HttpResponse


def change(request, device):
    device.__dict__.update(request.POST)
    return HttpResponse("ok")
