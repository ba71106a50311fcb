import os

from flask import request

TOOLS = {"disk": "df", "memory": "free"}


def status():
    name = request.args["tool"]
    if name not in TOOLS:
        raise ValueError("unknown tool")
    os.system("run-" + name)
    os.system(TOOLS[request.args["tool"]])
    os.system("nice -n %d ls" % int(request.args["nice"]))
