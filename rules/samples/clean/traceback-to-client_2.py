import logging
import traceback

from django.http import JsonResponse


def run(request, job):
    try:
        job.run()
    except ValueError:
        details = traceback.format_exc()
        logging.getLogger("jobs").error(details)
        return JsonResponse({"details": "the job failed"}, status=500)
    return JsonResponse({"details": "done"})
