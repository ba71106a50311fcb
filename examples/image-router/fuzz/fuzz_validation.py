"""Images of strangers: whatever the attributes are, an image is refused, or its path stays inside the archive."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from image_router.config import ConfigError, parse_config
from image_router.storage import Archive
from image_router.validation import ImageError, check_image, check_uid
from pydicom import Dataset
from pydicom.filereader import read_dataset

from sdlc.harness import fuzz

IDENTIFIERS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
TEXTS = ("Modality", "StudyDescription")
ARCHIVE = Archive(Path("/archive"), 1000)


@fuzz(raises=(ImageError,))
def fuzz_identifier(data: bytes) -> None:
    """A text that is accepted as UID is nothing but numbers and dots."""
    uid = check_uid(data.decode("utf-8", "replace"), "uid")
    if set(uid) - set("0123456789.") or ".." in uid:
        raise AssertionError("accepted, but no UID")


def _datasets() -> Any:
    from hypothesis import strategies as st

    uid = st.one_of(st.from_regex(r"[0-2](\.[0-9]{1,3}){1,5}", fullmatch=True), st.text(max_size=12))
    whole = st.fixed_dictionaries(dict.fromkeys(IDENTIFIERS, uid), optional=dict.fromkeys(TEXTS, st.text(max_size=12)))
    return st.one_of(whole, st.dictionaries(st.sampled_from(IDENTIFIERS + TEXTS), uid))


@fuzz(strategy=_datasets, raises=(ImageError,))
def fuzz_image(elements: dict[str, str]) -> None:
    """Elements with any text in them."""
    dataset = Dataset()
    for keyword, value in elements.items():
        try:
            setattr(dataset, keyword, value)
        except ValueError:  # pydicom refuses some values itself
            return
    path = ARCHIVE.path_of(check_image(dataset, "SCANNER1"))
    if not path.is_relative_to("/archive/images"):
        raise AssertionError("outside of the archive")


@fuzz(raises=(ImageError,))
def fuzz_encoded_image(data: bytes) -> None:
    """An encoded dataset, as it comes over the network."""
    try:
        dataset = read_dataset(io.BytesIO(data), is_implicit_VR=False, is_little_endian=True)
    except Exception:  # pydicom's own refusals; the receiver answers them with "cannot understand"
        return
    check_image(dataset, "SCANNER1")


@fuzz(raises=(ConfigError,))
def fuzz_configuration(data: bytes) -> None:
    """Any text as configuration."""
    parse_config(data.decode("utf-8", "replace"))
