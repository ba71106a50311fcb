import json
from pathlib import Path


def restore(path):
    return json.loads(Path(path).read_bytes())
