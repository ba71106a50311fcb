from flask import request

COLUMNS = ("name", "age")


def user(connection):
    column = request.args["column"]
    if column not in COLUMNS:
        raise ValueError("unknown column")
    limit = int(request.args["limit"])
    return connection.execute(f"SELECT * FROM users ORDER BY {column} LIMIT {limit}").fetchall()
