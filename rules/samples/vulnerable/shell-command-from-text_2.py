import os
import shlex


def convert(path):
    os.system("convert " + path + " out.png")
