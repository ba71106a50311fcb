from flask import redirect, request, url_for


def search():
    query = request.query_string.decode()
    return redirect("%s?%s" % (url_for("index"), query))


def again():
    return redirect(url_for("index") + "?" + request.args["q"])
