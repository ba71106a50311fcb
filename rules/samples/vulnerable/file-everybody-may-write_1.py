import os
import stat
from pathlib import Path

os.chmod("run.sh", 0o777)
Path("data").chmod(0o666)
os.chmod("log", stat.S_IRWXU | stat.S_IWOTH)
