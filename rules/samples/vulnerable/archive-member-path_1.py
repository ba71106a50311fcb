import os
import zipfile


def unpack(path, folder):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with open(os.path.join(folder, name), "wb") as stream:
                stream.write(archive.read(name))
