"""What the text of a file of harnesses says: which there are, and which hide every exception."""

from __future__ import annotations

import pytest

from sdlc.fuzzing.listing import declared, swallows

MARK = "@fuzz()\ndef f(data):\n"


def test_harnesses_are_listed_in_order() -> None:
    text = f'{MARK}    """Any text."""\n\n@sdlc.harness.fuzz(strategy=g)\ndef second(x):\n    pass\n'.encode()
    assert [(one.name, one.line, one.typed, one.says) for one in declared(text)] == [
        ("f", 2, False, "Any text."),
        ("second", 6, True, ""),
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (MARK + "    try:\n        g(data)\n    except Exception:\n        pass\n", 5),
        (MARK + "    try:\n        g(data)\n    except:\n        return\n", 5),
        (
            MARK
            + "    try:\n        g(data)\n    except (ValueError, BaseException) as error:\n        print(error)\n",
            5,
        ),
        (MARK + "    with contextlib.suppress(Exception):\n        g(data)\n", 3),
        ("@fuzz(raises=(Exception,))\ndef f(data):\n    g(data)\n", 1),
        ("@fuzz(raises=Exception)\ndef f(data):\n    g(data)\n", 1),
    ],
)
def test_what_hides_every_exception(source: str, line: int) -> None:
    assert swallows(source.encode()) == {"f": line}


@pytest.mark.parametrize(
    "source",
    [
        MARK + "    try:\n        g(data)\n    except ValueError:\n        pass\n",
        MARK + "    try:\n        g(data)\n    except Exception as error:\n        raise AssertionError from error\n",
        "@fuzz(raises=(ValueError,))\ndef f(data):\n    g(data)\n",
        "def helper(data):\n    try:\n        g(data)\n    except Exception:\n        pass\n" + MARK + "    pass\n",
        "no Python (",
    ],
)
def test_what_does_not(source: str) -> None:
    assert swallows(source.encode()) == {}


@pytest.mark.parametrize(
    ("head", "hides"),
    [
        ("from box import g\n", True),
        ("from box.inner import x as g\n", True),
        ("import box as g\n", True),
        ("from other import g\n", False),
        ("import box\nfrom other import g\n", False),
    ],
)
def test_only_what_comes_from_the_package_counts(head: str, hides: bool) -> None:
    body = "    try:\n        x = g(data)\n    except Exception:\n        return\n    box.check(x)\n"
    assert bool(swallows((head + MARK + body).encode(), ["box"])) is hides
