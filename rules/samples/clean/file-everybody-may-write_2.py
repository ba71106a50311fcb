import os


def make(folder):
    os.makedirs(folder, mode=0o750)
    os.chmod(folder, 0o750)
