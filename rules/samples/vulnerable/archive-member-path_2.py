import os
import tarfile


def unpack(path, folder):
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            with open(os.path.join(folder, member.name), "wb") as stream:
                stream.write(archive.extractfile(member).read())
