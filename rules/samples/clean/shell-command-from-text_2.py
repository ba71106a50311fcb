import os
import shlex


def convert(path):
    os.system("convert " + shlex.quote(path) + " out.png")
