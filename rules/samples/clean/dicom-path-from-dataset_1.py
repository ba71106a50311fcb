import hashlib
import os


def handle_store(event):
    ds = event.dataset
    name = hashlib.sha256(ds.SOPInstanceUID.encode()).hexdigest()
    ds.save_as(os.path.join("/srv/archive", name + ".dcm"))
    return 0x0000
