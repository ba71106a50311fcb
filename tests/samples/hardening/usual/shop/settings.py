import os
SECRET_KEY = 'django-insecure-3d@x'
DEBUG = True
ALLOWED_HOSTS = ['*']
INSTALLED_APPS = ['django.contrib.admin', 'shop']
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware']
DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'USER': 'root', 'PASSWORD': os.getenv('DB_PASS', 'root')}}
