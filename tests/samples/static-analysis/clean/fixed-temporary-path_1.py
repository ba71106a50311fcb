import tempfile


def dump(data):
    with tempfile.TemporaryFile() as stream:
        stream.write(data)
    return open("/tmp/readme").read()
