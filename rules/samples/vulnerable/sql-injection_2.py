from django.db import connection


def view(request, pk):
    statement = "SELECT * FROM users"
    order = request.GET.get("order")
    if order:
        statement += f" ORDER BY {order}"
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
