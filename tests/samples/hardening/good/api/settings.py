"""Settings of the service as Django reads them."""

from pathlib import Path
import os

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = Path(os.environ.get("SECRET_KEY_FILE", "/run/secrets/secret_key")).read_text().strip()
DEBUG = os.environ.get("DEBUG", "false").lower() in ("1", "true")
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]
INSTALLED_APPS = ["django.contrib.admin", "django.contrib.auth", "rest_framework", "api"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"context_processors": []}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "PASSWORD": os.environ.get("DB_PASSWORD"),
                         "OPTIONS": {"sslmode": "verify-full"}}}
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
PASSWORD_RESET_TIMEOUT = 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31536000
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CORS_ALLOWED_ORIGINS = ["https://app.example"]
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
}
LOGGING = {"version": 1, "handlers": {"console": {"class": "logging.StreamHandler", "level": "DEBUG"}}}
FILE_UPLOAD_PERMISSIONS = 0o640
if DEBUG:
    INTERNAL_IPS = ["127.0.0.1"]
