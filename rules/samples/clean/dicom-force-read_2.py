import pydicom


def open_image(stream):
    return pydicom.dcmread(stream, stop_before_pixels=True)
