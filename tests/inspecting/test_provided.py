"""What installed distributions give, read from folders as installers write them; nothing of them is imported."""

from __future__ import annotations

from pathlib import Path

from sdlc.inspecting.provided import provided_by

SITE = Path("lib/python3.12/site-packages")


def install(environment: Path, name: str, version: str, files: list[str], points: str = "", more: str = "") -> None:
    folder = environment / SITE / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}\nA description\nRequires-Dist: not-me\n"
    (folder / "METADATA").write_text(text)
    (folder / "RECORD").write_text("".join(f"{path},,\n" for path in [*files, f"{folder.name}/METADATA"]))
    if points:
        (folder / "entry_points.txt").write_text(points)


def test_modules_programs_groups_and_requirements(tmp_path: Path) -> None:
    install(
        tmp_path, "Pillow_Like", "1.0",
        ["PIL/__init__.py", "PIL/deep/x.py", "one.py", "_c.cpython-312-x86_64-linux-gnu.so", "../../../bin/pil",
         "a-b.py"],
        "[console_scripts]\npil=PIL:main\n[some.plugins]\nx=PIL.x:Y\n",
        "Requires-Dist: six>=1\nRequires-Dist: rich; extra == 'color'\n",
    )  # fmt: skip
    install(tmp_path, "google-x", "2", ["google/x/__init__.py", "google/x/y.py", "google/x/z/__init__.py"])
    install(tmp_path, "types-six", "3", ["six-stubs/__init__.pyi", "six-stubs/moves.pyi"])
    pillow, google, types = sorted(
        provided_by(tmp_path), key=lambda one: ("pillow-like", "google-x", "types-six").index(one.name)
    )
    assert (pillow.name, pillow.version) == ("pillow-like", "1.0")
    assert pillow.modules == ("PIL", "_c", "one")
    assert pillow.scripts == ("pil",)
    assert pillow.groups == ("some.plugins",)
    assert pillow.requires == ("six>=1", "rich; extra == 'color'")
    assert google.modules == ("google.x",)
    assert google.gives("google.x.y.f")
    assert not google.gives("google.other")
    assert google.holds("google")
    assert types.only_types


def test_an_environment_that_shares_another_and_files_that_are_none(tmp_path: Path) -> None:
    ready, environment = tmp_path / "ready", tmp_path / "env"
    install(ready, "shared", "1", ["shared.py"])
    install(environment, "own", "1", ["own/__init__.py"], points="no section = x\n")
    (environment / SITE / "ready.pth").write_text(f"{ready / SITE}\n")
    (environment / SITE / "linked-1.dist-info").symlink_to(ready / SITE / "shared-1.dist-info")
    (environment / SITE / "own-1.dist-info" / "METADATA").unlink()
    (environment / SITE / "own-1.dist-info" / "METADATA").symlink_to("/etc/hostname")
    assert [(one.name, one.version, one.modules) for one in provided_by(environment)] == [
        ("own", "1", ("own",)),
        ("shared", "1", ("shared",)),
    ]
    assert provided_by(tmp_path / "nothing") == ()
