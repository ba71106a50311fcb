import json
import pickle


def load(path, value):
    pickle.dumps(value)
    with open(path, "rb") as stream:
        return json.load(stream)
