from django.http import HttpResponse
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView


@api_view(["GET", "POST"])
def every(request):
    return Response([])


class Patient(APIView):
    def get(self, request, pk):
        return Response(pk)

    def patch(self, request, pk):
        return HttpResponse(pk)
