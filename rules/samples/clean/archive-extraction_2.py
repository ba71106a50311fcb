import tarfile

from flask import request


def receive():
    upload = request.files["archive"]
    with tarfile.open(fileobj=upload.stream) as archive:
        archive.extractall("incoming", filter="data")
