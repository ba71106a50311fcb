import shutil


def unpack(path, folder):
    shutil.unpack_archive(path, folder, filter="data")
