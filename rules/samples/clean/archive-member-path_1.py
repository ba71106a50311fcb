import os
import zipfile


def unpack(path, folder):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            target = os.path.realpath(os.path.join(folder, name))
            if not target.startswith(os.path.realpath(folder) + os.sep):
                raise ValueError("a member leaves the folder")
            with open(target, "wb") as stream:
                stream.write(archive.read(name))
