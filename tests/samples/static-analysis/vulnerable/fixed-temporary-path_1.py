def dump(data):
    with open("/tmp/dump.bin", "wb") as stream:
        stream.write(data)
