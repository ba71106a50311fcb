from django.http import HttpResponse
from ldap3 import Connection
from ldap3.utils.conv import escape_filter_chars


def find(request, server):
    connection = Connection(server)
    uid = request.GET["uid"]
    connection.search("dc=example", "(uid=" + uid + ")")
    return HttpResponse(str(len(connection.entries)))
