def delete(cursor, name):
    cursor.execute("DELETE FROM users WHERE name = %s", (name,))
