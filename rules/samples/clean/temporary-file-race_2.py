from tempfile import mkstemp, mktemp


def keep(data):
    _, path = mkstemp()
    with open(path, "wb") as stream:
        stream.write(data)
