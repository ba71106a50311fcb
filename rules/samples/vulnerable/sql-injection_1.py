import sqlite3

from flask import request


def user():
    name = request.form["name"]
    connection = sqlite3.connect("users.db")
    return connection.execute("SELECT * FROM users WHERE name = '" + name + "'").fetchall()
