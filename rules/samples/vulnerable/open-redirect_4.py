from flask import redirect, request


def onward():
    target = request.args["next"]
    return redirect("%s?%s" % (target, "again=1"))
