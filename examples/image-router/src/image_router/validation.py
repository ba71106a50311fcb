"""What an image must be before it is stored: identifiers that are identifiers, and the attributes that rules read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
"""DICOM PS3.5, 9.1: numbers without leading zeros, joined by dots; at most 64 characters."""

MAX_UID = 64


class ImageError(ValueError):
    """An image that is refused. The message names the attribute, never its value: values are patient data."""


@dataclass(frozen=True)
class Image:
    """The identifiers of one image, checked, and what rules compare (field of a rule to text)."""

    study: str
    series: str
    instance: str
    sop_class: str
    attributes: dict[str, str]


def check_image(dataset: Any, calling: str) -> Image:
    """The image in a pydicom `dataset` that `calling` (an AE title) sent. Raises ImageError."""
    return Image(
        study=_uid(dataset, "StudyInstanceUID"),
        series=_uid(dataset, "SeriesInstanceUID"),
        instance=_uid(dataset, "SOPInstanceUID"),
        sop_class=_uid(dataset, "SOPClassUID"),
        attributes={
            "modality": _text(dataset, "Modality"),
            "body_part": _text(dataset, "BodyPartExamined"),
            "description": _text(dataset, "StudyDescription"),
            "calling": calling.strip(),
        },
    )


def check_uid(value: object, what: str) -> str:
    """`value` when it is a UID by the standard's grammar. Raises ImageError."""
    if not isinstance(value, str) or len(value) > MAX_UID or not UID.fullmatch(value):
        raise ImageError(f"{what} is no UID")
    return str(value)


def _uid(dataset: Any, keyword: str) -> str:
    return check_uid(_element(dataset, keyword), keyword)


def _text(dataset: Any, keyword: str) -> str:
    value = _element(dataset, keyword)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ImageError(f"{keyword} is not one text")
    return value


def _element(dataset: Any, keyword: str) -> Any:
    """The value of an element; pydicom decodes it only now, so a broken one fails here and nowhere else."""
    try:
        return dataset.get(keyword)
    except Exception:
        raise ImageError(f"{keyword} cannot be read") from None
