import os

PASSWORD = "<password>"
DB_PASSWORD = "changeme"
API_KEY = os.environ["API_KEY"]
TOKEN = os.getenv("TOKEN", "")
CLIENT_SECRET = "xxxxxxxxxxxxxxxxxxxxxxxx"
SECRET_KEY = "your-secret-key-goes-here-123"
ACCESS_TOKEN = "${ACCESS_TOKEN}"
AUTH_TOKEN = "{{ vault.auth_token }}"
MAIL_PASSWORD = "%(MAIL_PASSWORD)s"
PASSPHRASE = "correct horse battery staple"
api_key = config.get("api_key")
password = getpass.getpass("Password: ")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
password_hash = "pbkdf2_sha256$720000$aBcD3fGh1JkL$9mNoPqRsTuVwXyZ0123456789abcdefghijklmnop="
TOKEN_URL = "https://login.clinic.invalid/realms/imaging/protocol/openid-connect/token"
