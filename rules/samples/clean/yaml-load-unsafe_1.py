import yaml


def load(text):
    return yaml.safe_load(text), yaml.load(text, Loader=yaml.SafeLoader), yaml.load(text, yaml.CSafeLoader)
