from ruamel.yaml import YAML


def load(stream):
    return YAML(typ="safe").load(stream)
