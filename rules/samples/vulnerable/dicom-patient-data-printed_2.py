import pydicom


def show(path):
    print(pydicom.dcmread(path))
