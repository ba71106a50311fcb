SECRET_KEY = "only for the sample"
ROOT_URLCONF = "clinic.urls"
USE_TZ = True
DATABASES = {}
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}
