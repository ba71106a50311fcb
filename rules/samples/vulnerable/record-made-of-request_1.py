from django.http import HttpResponse

from clinic.models import Device


def add(request):
    Device.objects.create(**request.POST.dict())
    return HttpResponse("ok")
