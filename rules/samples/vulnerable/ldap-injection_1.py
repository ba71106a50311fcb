import ldap
from flask import request


def find(connection):
    name = request.args["name"]
    return connection.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={name})")
