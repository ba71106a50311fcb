"""A ward's queue on Celery."""
