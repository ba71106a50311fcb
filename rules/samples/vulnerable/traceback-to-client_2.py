import logging
import traceback

from django.http import JsonResponse


def run(request, job):
    try:
        job.run()
    except ValueError:
        details = traceback.format_exc()
        return JsonResponse({"details": details}, status=500)
    return JsonResponse({"details": "done"})
