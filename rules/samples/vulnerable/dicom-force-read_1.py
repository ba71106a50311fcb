from pydicom import dcmread

ds = dcmread("image.dcm", force=True)
