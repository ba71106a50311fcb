import pickle


def load(path):
    with open(path, "rb") as stream:
        return pickle.load(stream)
