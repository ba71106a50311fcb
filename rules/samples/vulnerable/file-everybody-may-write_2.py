import os


def make(folder):
    os.makedirs(folder, mode=0o777)
    os.chmod(folder, 0o777)
