def series(connection, uid):
    return connection.execute("SELECT path FROM series WHERE uid = ?", (uid,))
