from django.http import HttpResponse

from clinic.models import Device


def add(request):
    Device.objects.create(name=request.POST["name"], room=request.POST["room"])
    return HttpResponse("ok")
