from celery import Task, shared_task

from clinic.queue import app


@shared_task
def clean():
    return 1


@shared_task(name="clinic.night", ignore_result=True)
def night():
    return 2


class Import(Task):
    name = "clinic.import"

    def run(self, path):
        return path


app.register_task(Import())
