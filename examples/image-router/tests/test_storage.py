"""The archive: names, sizes, and files that are whole."""

from pathlib import Path

import pytest
from image_router.rules import Folder
from image_router.storage import Archive, ConflictError, TooLargeError, write_whole
from image_router.validation import Image, ImageError


def image(study: str = "1.2.3", series: str = "1.2.4", instance: str = "1.2.5") -> Image:
    return Image(study, series, instance, "1.2.840.10008.5.1.4.1.1.7", {})


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("uid", ["../../etc", "/etc/passwd", "1.2/../..", "1..2", "1.2\0", "", "1.02", "1." * 40 + "1"])
def test_uid_cannot_leave_the_archive(tmp_path, uid):
    archive = Archive(tmp_path / "archive", 100)
    for bad in (image(study=uid), image(series=uid), image(instance=uid)):
        with pytest.raises(ImageError):
            archive.store(bad, b"bytes")
    assert files(tmp_path) == []


def test_link_inside_the_archive_is_not_followed_out(tmp_path):
    archive = Archive(tmp_path / "archive", 100)
    (tmp_path / "archive" / "images").mkdir(parents=True)
    (tmp_path / "archive" / "images" / "1.2.3").symlink_to(tmp_path)
    with pytest.raises(ImageError):
        archive.store(image(), b"bytes")


def test_oversized_image_is_refused(tmp_path):
    archive = Archive(tmp_path, 100)
    with pytest.raises(TooLargeError):
        archive.store(image(), bytes(101))
    assert files(tmp_path) == []
    assert archive.store(image(), bytes(100)).stat().st_size == 100


def test_other_bytes_do_not_replace_an_image(tmp_path):
    archive = Archive(tmp_path, 100)
    stored = archive.store(image(), b"first")
    with pytest.raises(ConflictError):
        archive.store(image(), b"second")
    assert stored.read_bytes() == b"first"


def test_image_appears_in_the_routed_folder(tmp_path):
    archive = Archive(tmp_path, 100)
    routed = archive.copy_to(Folder("chest"), archive.store(image(), b"bytes"))
    assert routed == tmp_path / "routed" / "chest" / "1.2.5.dcm"
    assert routed.read_bytes() == b"bytes"


def test_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "file", b"bytes")
    assert files(tmp_path) == []
