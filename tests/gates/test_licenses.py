"""The gate licenses on a real environment: what is installed, what the lock pins, what the wheel brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fakes.environments import install
from fakes.products import CONFIGURATION, PRODUCT, TOOLS
from fakes.tools import FakeTools
from fakes.wheels import make_wheel

from sdlc.errors import ToolError, UnreadableError
from sdlc.gates import licenses, sbom
from sdlc.model.finding import Severity
from sdlc.model.result import Context, Outcome, RawArtifacts, Reading
from sdlc.policy.weakening import of_settings
from sdlc.readings import licenses as reading
from sdlc.workspace import Workspace, open_workspace

Repository = Callable[..., Path]
NO_TOOLS = FakeTools(lambda argv, cwd: b"")
MIT = (
    b"Permission is hereby granted, free of charge, to any person obtaining a copy ...\n"
    b"The above copyright notice and this permission notice shall be included in all copies.\n"
)
FAMILY = "License :: OSI Approved :: BSD License"
GPL = b"GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"


def part(name: str = "h11", version: str = "0.16.0", *, text: bytes | None = MIT, **given: object) -> bytes:
    files = {} if text is None else {f"{name}-{version}.dist-info/licenses/LICENSE": text}
    own = {f"{name}.py": b"", f"{name}-{version}.dist-info/METADATA": b""}
    made = {key: value for key, value in {**own, **files}.items() if value}
    return make_wheel(name, version, files=made, **given)  # type: ignore[arg-type]


def product(
    repository: Repository, *wheels: bytes, lock: str = "", files: Mapping[str, str] | None = None
) -> Workspace:
    pins = lock or f"h11==0.16.0 --hash=sha256:{'a' * 64}\n"
    root = repository({**PRODUCT, "requirements/runtime.txt": pins, **(files or {})})
    install(root / ".sdlc" / "env", *wheels)
    return open_workspace(root, TOOLS)


def evidence(workspace: Workspace, settings: licenses.Settings, own: bytes) -> tuple[RawArtifacts, RawArtifacts]:
    """What the gate kept, and the same with what it reads of others."""
    build = {"dist/box-1.0-py3-none-any.whl": own, "build.json": json.dumps({"python": "3.12.1"}).encode()}
    listed = sbom.run(workspace, NO_TOOLS, sbom.Settings(), {"build": build})
    raw = licenses.run(workspace, NO_TOOLS, settings, {"build": build, "sbom": listed})
    needs = {f"build/{name}": data for name, data in build.items()} | {f"sbom/{n}": d for n, d in listed.items()}
    return raw, {**raw, **needs}


def answer(workspace: Workspace, settings: licenses.Settings | None = None, own: bytes | None = None) -> Reading:
    settings = settings or licenses.Settings()
    _, together = evidence(workspace, settings, own or make_wheel(license="LicenseRef-Proprietary"))
    return reading.read(together, settings, Context())


def rules(given: Reading) -> list[str]:
    return [finding.rule for finding in given.findings]


def test_what_is_declared_and_allowed_passes_and_its_text_goes_along(repository: Repository) -> None:
    workspace = product(repository, part(license="MIT"))
    raw, together = evidence(workspace, licenses.Settings(), make_wheel())
    given = reading.read(together, licenses.Settings(), Context())
    assert given.outcome is Outcome.PASSED
    assert given.counters["declared"] == given.counters["texts"] == 1
    notices = raw["NOTICES.txt"].decode()
    assert "h11 0.16.0\nLicense: MIT (declared: License-Expression)" in notices
    assert "--- h11-0.16.0.dist-info/licenses/LICENSE" in notices
    assert "Permission is hereby granted" in notices


def test_copyleft_in_a_closed_product_is_explained(repository: Repository) -> None:
    [finding] = answer(product(repository, part(license="AGPL-3.0-only", text=b"AGPL"))).findings
    assert finding.rule == "LICENSE-DENIED"
    assert finding.message == (
        "h11 0.16.0 is under AGPL-3.0-only (declared: License-Expression): AGPL-3.0-only is network-copyleft, which "
        "asks that whoever uses it over a network gets the source of the whole product. box is under "
        "LicenseRef-Proprietary"
    )
    assert finding.place is not None
    assert (finding.place.path, finding.place.line) == ("requirements/runtime.txt", 1)
    assert finding.subject == "pkg:pypi/h11@0.16.0"


@pytest.mark.parametrize(
    ("wheel", "found"),
    [
        (part(license="GPL-3.0-only OR MIT"), []),
        (part(license="GPL-3.0-only AND MIT"), ["LICENSE-DENIED"]),
        (part(license="MPL-2.0", text=b"mpl"), ["LICENSE-REVIEW"]),
        (part(fields=["License: BSD", f"Classifier: {FAMILY}"], text=b"x"), ["LICENSE-UNKNOWN"]),
        (part(text=b"All rights reserved."), ["LICENSE-MISSING"]),
        (part(text=None), ["LICENSE-MISSING", "LICENSE-NO-TEXT"]),
        (part(license="MIT", text=None), ["LICENSE-NO-TEXT"]),
        (part(license="MIT", text=GPL), ["LICENSE-TEXT-DIFFERS"]),
        (part(), []),  # nothing is declared; the words of its text are those of one license
    ],
)  # fmt: skip
def test_each_rule_fires_and_stays_silent(repository: Repository, wheel: bytes, found: list[str]) -> None:
    given = answer(product(repository, wheel))
    assert rules(given) == found
    assert given.outcome is (Outcome.FAILED if found else Outcome.PASSED)
    assert all(finding.fix and finding.reproduce for finding in given.findings)


def test_what_nobody_could_look_at_is_unknown_and_what_another_target_installs_is_counted(
    repository: Repository,
) -> None:
    lock = (
        f"h11==0.16.0 --hash=sha256:{'a' * 64}\nidna==3.10 --hash=sha256:{'b' * 64}\n"
        f"colorama==0.4.6 ; sys_platform == 'win32' --hash=sha256:{'c' * 64}\n"
    )
    given = answer(product(repository, part(license="MIT"), lock=lock))
    [finding] = given.findings
    assert (finding.rule, finding.subject) == ("LICENSE-UNKNOWN", "pkg:pypi/idna@3.10")
    assert "not in the build's environment" in finding.message
    assert given.counters["other-targets"] == 1
    assert given.details["other-targets"] == "colorama 0.4.6"


def test_a_person_may_conclude_and_a_decision_for_another_version_does_not_count(repository: Repository) -> None:
    workspace = product(repository, part(text=b"ours"))
    said = licenses.Settings(concluded=("h11==0.16.0 is Apache-2.0",))
    given = answer(workspace, said)
    assert given.outcome is Outcome.PASSED
    assert given.counters["concluded"] == 1
    other = answer(workspace, licenses.Settings(concluded=("h11==0.15.0 is Apache-2.0",)))
    assert rules(other) == ["LICENSE-MISSING", "LICENSE-UNUSED"]
    assert other.details["unused-conclusions"] == "h11==0.15"
    unused = other.findings[1]
    assert unused.message.endswith("says of what license h11 0.15 is, but h11 0.16.0 is shipped")
    assert (unused.severity, unused.place) == (Severity.LOW, None)
    gone = answer(workspace, licenses.Settings(concluded=("h11==0.16.0 is MIT", "gone==1 is MIT")))
    assert rules(gone) == ["LICENSE-UNUSED"]
    assert gone.findings[0].message.endswith("but no gone is shipped")


def test_a_decision_about_what_another_target_installs_is_used(repository: Repository) -> None:
    pin = "colorama==0.4.6 ; sys_platform == 'win32' --hash=sha256:"
    lock = f"h11==0.16.0 --hash=sha256:{'a' * 64}\n{pin}{'c' * 64}\n"
    workspace = product(repository, part(license="MIT"), lock=lock)
    assert rules(answer(workspace, licenses.Settings(concluded=("colorama==0.4.6 is BSD-3-Clause",)))) == []


def test_an_empty_list_lets_nothing_in(repository: Repository) -> None:
    workspace = product(repository, part(license="GPL-3.0-only", text=GPL))
    [finding] = answer(workspace, licenses.Settings(deny=())).findings
    assert (finding.rule, finding.severity) == ("LICENSE-DENIED", Severity.HIGH)
    assert "no list names strong-copyleft, so it stays denied" in finding.message
    asked = answer(workspace, licenses.Settings(deny=(), review=("strong-copyleft",)))
    assert rules(asked) == ["LICENSE-REVIEW"]


@pytest.mark.parametrize("entry", ["h11 is MIT", "h11==1 is Unknown", "h11==1 MIT", ""])
def test_a_decision_that_is_none_is_refused_where_it_stands(repository: Repository, entry: str) -> None:
    with pytest.raises(UnreadableError, match=r"gates\.licenses\.concluded"):
        answer(product(repository, part()), licenses.Settings(concluded=(entry,)))


def test_what_a_wheel_carries_inside_is_judged_by_its_own_sbom(repository: Repository) -> None:
    rows = [
        {"type": "library", "name": name, "version": "1", "purl": f"pkg:cargo/{name}@1", "licenses": said}
        for name, said in (("fine", [{"expression": "MIT"}]), ("bad", [{"expression": "GPL-3.0-only"}]), ("mute", []))
    ]
    bom = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": rows}).encode()
    files = {"h11-0.16.0.dist-info/sboms/a.cdx.json": bom, "h11-0.16.0.dist-info/licenses/LICENSE": MIT}
    workspace = product(repository, make_wheel("h11", "0.16.0", license="MIT", files=files))
    given = answer(workspace)
    assert sorted(rules(given)) == ["LICENSE-DENIED", "LICENSE-INSIDE"]
    [denied] = [finding for finding in given.findings if finding.rule == "LICENSE-DENIED"]
    assert denied.message.startswith("bad 1 inside h11 0.16.0 is under GPL-3.0-only (declared by the SBOM of h11)")
    raw, _ = evidence(workspace, licenses.Settings(), make_wheel())
    assert "  mute 1: unknown" in raw["NOTICES.txt"].decode()


def test_edited_notices_are_no_evidence(repository: Repository) -> None:
    _, together = evidence(product(repository, part()), licenses.Settings(), make_wheel())
    for name in ("NOTICES.txt", "texts.json", "licenses.toml"):
        with pytest.raises(UnreadableError):
            reading.read({**together, name: b"{}"}, licenses.Settings(), Context())
    digest = next(name for name in together if name.startswith("texts/"))
    with pytest.raises(UnreadableError, match="not made of the texts"):
        reading.read({**together, digest: MIT + b"more"}, licenses.Settings(), Context())


def test_files_of_strangers_are_bounded_and_stay_in_the_environment(repository: Repository, tmp_path: Path) -> None:
    workspace = product(repository, part(license="MIT", text=b"x" * (1024 * 1024 + 1)))
    folder = workspace.root / ".sdlc/env/lib/python3.12/site-packages/h11-0.16.0.dist-info"
    (tmp_path / "secret").write_text("of somebody else")
    (folder / "COPYING").symlink_to(tmp_path / "secret")
    (folder / "NOTICE\x1b[31m").write_bytes(b"\xff\x1b[31m red\n")
    raw, together = evidence(workspace, licenses.Settings(), make_wheel())
    given = reading.read(together, licenses.Settings(), Context())
    assert given.counters["skipped-texts"] == 2
    assert b"somebody else" not in raw["NOTICES.txt"]
    assert b"\x1b[31m red" not in raw["NOTICES.txt"]


def test_without_an_sbom_it_cannot_answer_and_without_a_lock_it_need_not(repository: Repository) -> None:
    workspace = product(repository)
    with pytest.raises(ToolError, match="no SBOM"):
        licenses.run(workspace, NO_TOOLS, licenses.Settings(), {})
    assert reading.read({}, licenses.Settings(), Context()).outcome is Outcome.ERROR
    assert licenses.not_applicable(workspace, licenses.Settings()) is None
    bare = open_workspace(repository(PRODUCT, "bare"), TOOLS)
    assert licenses.not_applicable(bare, licenses.Settings()) is not None
    named = {"sdlc.toml": CONFIGURATION + '[gates.sbom]\nrequirements = ["locks/a.txt"]\n'}
    assert (
        licenses.not_applicable(open_workspace(repository(PRODUCT | named, "named"), TOOLS), licenses.Settings())
        is None
    )


def test_lists_may_only_be_strengthened() -> None:
    old = licenses.Settings()
    for change in (
        {"allow": (*old.allow, "GPL-3.0-only")},
        {"deny": ("restricted",)},
        {"review": (*old.review, "AGPL-3.0-only")},
        {"concluded": ("h11==1 is MIT",)},
    ):
        assert of_settings({"licenses": old}, {"licenses": replace(old, **change)}, "sdlc.toml"), change
    for change in ({"allow": ("permissive",)}, {"deny": (*old.deny, "MPL-2.0")}):
        assert of_settings({"licenses": old}, {"licenses": replace(old, **change)}, "sdlc.toml") == ()


@pytest.mark.slow
def test_the_command_lists_and_writes_what_the_last_check_saw(
    repository: Repository, cli: Callable[..., object], tmp_path: Path
) -> None:
    files = {"sdlc.toml": CONFIGURATION}
    workspace = product(repository, part(license="MIT"), files=files)
    before = cli("licenses", "list", cwd=workspace.root)
    assert before.returncode == 2  # type: ignore[attr-defined]
    cli("check", "--gate", "licenses", cwd=workspace.root)
    target = tmp_path / "NOTICES.txt"
    done = cli("licenses", "notices", "--file", str(target), cwd=workspace.root)
    assert done.returncode == 0, done.stderr  # type: ignore[attr-defined]
    assert "h11 0.16.0" in target.read_text()
    assert "h11 0.16.0" in cli("licenses", "list", cwd=workspace.root).stdout  # type: ignore[attr-defined]
