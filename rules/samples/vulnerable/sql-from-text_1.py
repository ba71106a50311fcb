def delete(cursor, table):
    cursor.execute(f"DELETE FROM {table}")
