from flask import request

FORMULAS = {"sum": sum, "max": max}


def compute():
    formula = FORMULAS[request.args["formula"]]
    limit = int(request.args["limit"])
    return str(formula(range(eval(str(limit)))))
