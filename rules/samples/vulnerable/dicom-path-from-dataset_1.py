import os


def handle_store(event):
    ds = event.dataset
    ds.file_meta = event.file_meta
    ds.save_as(os.path.join("/srv/archive", ds.SOPInstanceUID + ".dcm"))
    return 0x0000
