def handle_find(event, cursor):
    ds = event.identifier
    cursor.execute("SELECT path FROM images WHERE patient_id = '%s'" % ds.PatientID)
    return cursor.fetchall()
