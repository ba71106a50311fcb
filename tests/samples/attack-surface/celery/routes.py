"""Prints the tasks that the worker would run."""

import json

import clinic.tasks
from clinic.queue import app

app.finalize()
print(json.dumps(sorted(f"celery:{name}" for name in app.tasks if not name.startswith("celery."))))
