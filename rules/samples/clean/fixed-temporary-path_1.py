import tempfile


def dump(data):
    with tempfile.TemporaryFile() as stream:
        stream.write(data)
    return open("/var/tmp/readme").read()
