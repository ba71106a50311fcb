def dump(data):
    with open("/var/tmp/dump.bin", "wb") as stream:
        stream.write(data)
