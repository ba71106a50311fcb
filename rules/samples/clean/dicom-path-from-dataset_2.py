from pathlib import Path

FOLDER = Path("/srv/archive")


def handle_store(event):
    ds = event.dataset
    target = (FOLDER / f"{ds.SOPInstanceUID}.dcm").resolve()
    if not target.is_relative_to(FOLDER):
        return 0xC001
    ds.save_as(target)
    return 0x0000
