def send(ae):
    return ae.associate("archive.example.org", 11112)
