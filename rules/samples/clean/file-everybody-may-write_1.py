import os
from pathlib import Path

os.chmod("run.sh", 0o755)
Path("key.pem").chmod(0o600)
os.makedirs("data", 0o750)
