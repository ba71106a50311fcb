"""
Ids of weaknesses, attack patterns, techniques and privacy threats: which exist, so that none is invented.

Numbers alone, no words: of CWE 4.14 (weaknesses; neither categories and views, to which nothing may be mapped, nor
deprecated ones) and of CAPEC (patterns in force), both (c) The MITRE Corporation. A number above the last one known
here is newer than this table, and believed. Of ATT&CK and EMB3D, only the form of an id is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

Stride = Literal[
    "spoofing",
    "tampering",
    "repudiation",
    "information-disclosure",
    "denial-of-service",
    "elevation-of-privilege",
]
Linddun = Literal[
    "linking",
    "identifying",
    "non-repudiation",
    "detecting",
    "data-disclosure",
    "unawareness",
    "non-compliance",
]
LINDDUN: tuple[Linddun, ...] = (
    "linking",
    "identifying",
    "non-repudiation",
    "detecting",
    "data-disclosure",
    "unawareness",
    "non-compliance",
)

_CWE = (
    "5-9 11-15 20 22-59 61-62 64-67 69 72-91 93-99 102-131 134-135 138 140-168 170 172-188 190-198 200-215 "
    "219-224 226 228-246 248 250 252-253 256-263 266-274 276-291 293-309 311-319 321-354 356-360 362-364 366-370 "
    "372 374-375 377-379 382-386 390-397 400-410 412-416 419-422 424-428 430-437 439-441 444 446-451 453-457 "
    "459-460 462-464 466-484 486-489 491-502 506-512 514-515 520-532 535-541 543-544 546-556 558 560-568 570-591 "
    "593-595 597-603 605-628 636-657 662-676 680-698 703-708 710 732-733 749 754-768 770-799 804-807 820-839 "
    "841-843 862-863 908-918 920-927 939-943 1004 1007 1021-1025 1037-1039 1041-1080 1082-1127 1164 1173-1174 "
    "1176-1177 1188-1193 1204 1209 1220-1224 1229-1236 1239-1304 1310-1323 1325-1336 1338-1339 1341-1342 1351 "
    "1357 1384-1386 1389-1395 1419-1423 "
)
_CAPEC = (
    "1-4 6-55 57-81 83-90 92-98 100-105 107-117 120-151 153-155 157-170 173-204 206-209 212 215-222 224 226-231 "
    "233-234 237 240 242-245 247-248 250-253 256 261 263 267-268 270-279 285 287 290-310 312-313 317-332 383-395 "
    "397-402 406-407 410 412-418 420-429 433-435 438-448 452 456-482 485-511 516-524 528-552 554-556 558-565 "
    "568-569 571-601 603-628 630-657 660-682 690-702 "
)
_ATTACK = re.compile(r"T(?P<number>\d{4})(\.\d{3})?")
_EMB3D = re.compile(r"TID-(?P<group>[1-4])\d{2}")


def unknown_cwe(number: int) -> str:
    """Why `number` names no weakness; empty when it does."""
    return _unknown("CWE", number, _CWE)


def unknown_capec(number: int) -> str:
    """Why `number` names no attack pattern; empty when it does."""
    return _unknown("CAPEC", number, _CAPEC)


def unknown_attack(technique: str) -> str:
    """Why `technique` is no id of ATT&CK (T1190, T1059.006; those for industrial systems begin at T0800)."""
    match = _ATTACK.fullmatch(technique)
    if match and (800 <= int(match["number"]) < 1000 or int(match["number"]) > 1000):
        return ""
    return f"{technique} is no technique of ATT&CK, which are written T1190 or T1059.006"


def unknown_emb3d(threat: str) -> str:
    """Why `threat` is no id of EMB3D: hardware TID-1.., system software TID-2.., applications 3, networks 4."""
    return "" if _EMB3D.fullmatch(threat) else f"{threat} is no threat of EMB3D, which are written TID-101 to TID-4.."


def _unknown(name: str, number: int, table: str) -> str:
    known = _numbers(table)
    if number in known or number > max(known):
        return ""
    return f"{name}-{number} is no entry of {name} that something may be mapped to"


@cache
def _numbers(table: str) -> frozenset[int]:
    return frozenset(number for span in table.split() for number in _span(span))


def _span(span: str) -> Iterator[int]:
    first, _, last = span.partition("-")
    yield from range(int(first), int(last or first) + 1)
