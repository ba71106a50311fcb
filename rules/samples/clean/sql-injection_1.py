from flask import request


def user(connection):
    name = request.form["name"]
    return connection.execute("SELECT * FROM users WHERE name = ?", (name,)).fetchall()
