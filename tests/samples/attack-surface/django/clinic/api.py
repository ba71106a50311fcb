from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response


class Studies(viewsets.ModelViewSet):
    @action(detail=True, methods=["post"], url_path="anonymize")
    def hide(self, request, pk=None):
        return Response()

    @action(detail=False, permission_classes=[AllowAny])
    def recent(self, request):
        return Response()


class Reports(mixins.ListModelMixin, mixins.CreateModelMixin, viewsets.GenericViewSet):
    permission_classes = [AllowAny]


class Notes(viewsets.ViewSet):
    def list(self, request):
        return Response()

    def destroy(self, request, pk=None):
        return Response()
