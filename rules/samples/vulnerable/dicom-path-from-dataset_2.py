from pathlib import Path

import pydicom


def sort(path, folder: Path):
    ds = pydicom.dcmread(path)
    target = folder / str(ds.PatientID) / f"{ds.SOPInstanceUID}.dcm"
    target.write_bytes(Path(path).read_bytes())
