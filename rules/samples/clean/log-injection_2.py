import logging

from django.http import HttpResponse

logger = logging.getLogger(__name__)


def search(request):
    logger.warning("nothing found for %r", request.GET["q"])
    return HttpResponse("nothing")
