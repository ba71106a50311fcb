import os

SECRET_KEY = "an-example-and-no-secret"
