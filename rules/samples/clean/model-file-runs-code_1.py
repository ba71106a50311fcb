import numpy
import torch


def load(path):
    return torch.load(path, weights_only=True), numpy.load(path)
