import numpy


def load(path):
    return numpy.load(path, allow_pickle=True)
