from defusedxml import lxml as safe


def load(path):
    return safe.parse(path)
