import ast


def formula(text):
    return ast.literal_eval(text) + eval("1 + 1")
