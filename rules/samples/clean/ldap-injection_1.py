import ldap
import ldap.filter
from flask import request


def find(connection):
    name = ldap.filter.escape_filter_chars(request.args["name"])
    return connection.search_s("dc=example", ldap.SCOPE_SUBTREE, f"(uid={name})")
