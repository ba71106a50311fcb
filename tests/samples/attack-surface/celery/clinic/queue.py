from celery import Celery

app = Celery("clinic", broker="memory://")


@app.task
def ingest(path):
    return path


@app.task(name="reports.print", bind=True)
def printed(self, number):
    return number


def make_more(queue):
    @queue.task(name="clinic.later")
    def later():
        return 1

    return later


make_more(app)
