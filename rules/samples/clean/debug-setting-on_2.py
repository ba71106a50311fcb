class Production:
    ALLOWED_HOSTS = ("viewer.example.org",)
    DEBUG = False
