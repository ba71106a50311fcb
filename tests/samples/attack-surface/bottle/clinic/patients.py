from functools import wraps

from bottle import Bottle, abort, request

patients = Bottle()


def login_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if not request.get_cookie("user"):
            abort(401)
        return view(*args, **kwargs)

    return inner


@patients.get("/")
def listed():
    return "all"


@patients.delete("/<number:int>")
@login_required
def removed(number):
    return "gone"


for field in ("name", "ward"):

    @patients.patch(f"/<number:int>/{field}")
    def changed(number):
        return "changed"
