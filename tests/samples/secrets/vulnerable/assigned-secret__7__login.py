def connect(user, password="@assigned-secret@"):
    return (user, password)
