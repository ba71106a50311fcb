from tempfile import mkstemp, mktemp


def keep(data):
    path = mktemp()
    with open(path, "wb") as stream:
        stream.write(data)
