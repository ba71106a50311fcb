import pickle
from pathlib import Path


def restore(path):
    return pickle.loads(Path(path).read_bytes())
