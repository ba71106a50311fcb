import numpy


def load(path):
    return numpy.load(path)
