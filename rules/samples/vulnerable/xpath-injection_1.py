from flask import request


def find(tree):
    return tree.xpath("//user[@name='" + request.args["name"] + "']")
