from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.views import View
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import TemplateView


def index(request):
    return HttpResponse("clinic")


@require_POST
def upload(request):
    return HttpResponse("taken")


class Ward(LoginRequiredMixin, TemplateView):
    template_name = "ward.html"

    def post(self, request, ward):
        return HttpResponse(ward)


class NewWard(View):
    http_method_names = ["put"]

    def put(self, request):
        return HttpResponse("")

    def delete(self, request):
        return HttpResponse("")


@require_http_methods(["GET", "HEAD"])
def archive(request, number, year):
    return HttpResponse("")


def ping(request):
    return HttpResponse("")
