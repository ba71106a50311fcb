"""The page: two front pages over all rows; self-contained, escaped, honest, the verdict first."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fakes.hostile import TEXT, hostile, verified
from fakes.releases import candidate_of, chain, check_of, proposal_of, raw_of, records

from sdlc.disk import LocalDisk
from sdlc.evidence.store import Store
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import Outcome
from sdlc.model.verdict import Action, RuleDecision, State, Waived
from sdlc.release import viewer
from sdlc.release.assemble import Proposal
from sdlc.release.inventory import Before, Holdings, Inventory
from sdlc.release.page_facts import Beyond, Standing, age, anchors_of
from sdlc.release.verification import Step
from sdlc.release.verified import Verified


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verified(tmp_path_factory.mktemp("store"))


def drawn(proposal: Proposal, beyond: Beyond | None = None) -> str:
    page = viewer.draw(
        proposal.candidate, proposal.digest, proposal.verdict, proposal.decisions, proposal.holdings, beyond
    )
    return page.decode()


def drawn_of(release: Verified) -> str:
    beyond = Beyond(
        results=release.results,
        withheld=release.withheld,
        steps=(Step(1, TEXT, True, "", TEXT),),
        notes=release.notes,
        manifest=release.manifest,
        manifest_digest=release.manifest_digest,
        standing=Standing(False, TEXT, (TEXT,)),
    )
    page = viewer.draw(
        release.candidate, release.manifest.candidate, release.verdict, release.decisions, release.holdings, beyond
    )
    return page.decode()


def drawn_text(release: Verified) -> str:
    """What a reader sees of the whole page, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", drawn_of(release)))


class Page(HTMLParser):
    """What a browser would build of it, as far as these tests ask."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def text_between(page: str, start: str, end: str) -> str:
    """What a reader sees from the element with the id `start` to that with the id `end`, without its tags."""
    part = page[page.index(f'id="{start}"') : page.index(f'id="{end}"')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part))


def allowed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("evil", [False, True])
def test_it_makes_no_request_and_runs_nothing_but_its_own_script(good: Verified, evil: bool) -> None:
    text = drawn_of(hostile(good) if evil else good)
    page = Page(text)
    forbidden = {"img", "iframe", "link", "object", "embed", "base", "form", "audio", "video", "template"}
    assert set(page.tags).isdisjoint(forbidden)
    assert (page.tags.count("script"), page.tags.count("style")) == (1, 1)
    names = {name for _, name, _ in page.attributes}
    assert names.isdisjoint({"src", "style", "srcset", "action", "formaction", "srcdoc", "ping", "poster"})
    assert not [name for name in names if name.startswith("on")]
    assert [href for href in page.values("href") if not re.fullmatch(r"#[A-Za-z0-9._:-]+", href)] == []
    assert not re.search(r"url\(|@import", text)
    assert "\u202e" not in text
    assert "\x1b" not in text
    script, style = (re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)[0] for tag in ("script", "style"))
    policy = next(value for value in page.values("content") if "default-src" in value)
    assert policy == (
        f"default-src 'none'; style-src {allowed(style)}; script-src {allowed(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_text_in_every_field_is_text(good: Verified) -> None:
    clean, evil = Page(drawn_of(good)), Page(drawn_of(hostile(good)))
    drawn = {"figure", "figcaption", "svg", "g", "path", "circle", "rect", "text", "title", "desc"}
    assert set(evil.tags) <= set(clean.tags) | {"ol", "br"} | drawn
    assert [name for _, name, _ in evil.attributes if name.startswith("on")] == [], "an svg of somebody else's"
    text = drawn_of(hostile(good))
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 60
    assert "<script>alert" not in text
    assert "{{7*7}}" in text


def test_ids_are_unique_and_every_link_leads_somewhere(good: Verified) -> None:
    for text in (drawn_of(good), drawn_of(hostile(good))):
        page = Page(text)
        assert len(page.ids) == len(set(page.ids))
        assert {href[1:] for href in page.values("href")} <= set(page.ids)


def test_the_verdict_comes_first_then_what_stands_against_it(store: Store) -> None:
    candidate = candidate_of(store)
    page = drawn(proposal_of(candidate, chain(candidate, "ada", "grace"), store))
    order = ["verdict", "blockers", "gates", "decisions", "missing", "waivers", "changes", "auditor", "identity"]
    order += ["artifacts", "check", "trail", "replay", "standards", "not-shown", "tools", "rows", "rules", "contents"]
    places = [page.index(f'id="{name}"') for name in order]
    assert places == sorted(places)
    said = ["allowed", "Ada Lovelace", "Grace Hopper", "2 passed", "replayed", candidate.artifacts[0].digest]
    said += ["What this bundle does not show", "sdlc verify", "mapping not reviewed"]
    assert [text for text in said if text not in page] == []
    assert "%" not in text_between(page, "manager", "auditor")


def test_a_blocked_release_shows_what_clears_it(store: Store) -> None:
    candidate = candidate_of(store, check_of(store, raw_of(records("tests/test_a.py::test_one"))))
    proposal = proposal_of(candidate, (), store)
    actions = (Action("repair the test", ("tests",), 2, "pytest tests/test_a.py", "f1:abc"),)
    proposal = dataclasses.replace(proposal, verdict=dataclasses.replace(proposal.verdict, actions=actions))
    page = drawn(proposal)
    shown = text_between(page, "blockers", "gates")
    assert "blocked tests : 1 finding at or above low" in shown
    assert "pytest tests/test_a.py" in shown
    assert "sdlc waive f1:abc" in shown
    assert 'class="banner bad" id="verdict"' in page
    assert "TEST-FAILED" in page
    assert "✕ failed" in text_between(page, "gates", "decisions")


def test_a_gate_that_was_asked_for_and_did_not_run_is_not_green(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    rule = RuleDecision("parsers", "fuzz", State.INCOMPLETE, "the gate fuzz did not run", (), "sdlc check --gate fuzz")
    verdict = dataclasses.replace(proposal.verdict, rules=(*proposal.verdict.rules, rule))
    page = drawn(dataclasses.replace(proposal, verdict=verdict))
    row = re.search(r'<tr><th scope="row">fuzz</th>.*?</tr>', page, re.S)
    assert row
    assert "not run" in row[0]
    assert 'class="word bad"' in row[0]
    assert "sdlc check --gate fuzz" in text_between(page, "blockers", "gates")


@pytest.mark.parametrize(
    ("outcome", "word"),
    [(Outcome.ERROR, "error: no answer"), (Outcome.SKIPPED, "not run"), (Outcome.NOT_APPLICABLE, "not applicable")],
)
def test_no_answer_is_never_green_and_counts_no_findings(store: Store, outcome: Outcome, word: str) -> None:
    candidate = candidate_of(store)
    silent = tuple(
        dataclasses.replace(result, reading=dataclasses.replace(result.reading, outcome=outcome))
        for result in candidate.results
    )
    proposal = proposal_of(candidate, (), store)
    page = drawn(dataclasses.replace(proposal, candidate=dataclasses.replace(candidate, results=silent)))
    shown = page[page.index('id="gates"') : page.index('id="decisions"')]
    assert shown.count(word) == 2
    assert "word good" not in shown
    assert shown.count('<td class="num"><span class="none">–</span></td>') == 2


def test_what_is_waived_is_shown_and_not_green(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    finding = Finding("R1", "bad", Severity.HIGH, Confidence.HIGH, "f1:1")
    waived = Waived("W-1", "tests", finding, "ada", "grace", (proposal.candidate.created + timedelta(days=9)).date())
    rules = tuple(
        dataclasses.replace(rule, state=State.TOLERATED) if rule.gate == "tests" else rule
        for rule in proposal.verdict.rules
    )
    verdict = dataclasses.replace(proposal.verdict, waived=(waived,), rules=rules, labels=("1 waived",))
    page = drawn(dataclasses.replace(proposal, verdict=verdict))
    assert "1 finding waived" in text_between(page, "verdict", "blockers")
    shown = text_between(page, "waivers", "changes")
    assert "W-1 ada grace 2026-06-10" in shown
    row = re.search(r'<tr><th scope="row">tests</th>.*?</tr>', page, re.S)
    assert row
    assert "! " not in row[0].split("<td>")[0]
    assert 'class="word warn"' in row[0]
    assert "passed, tolerated" in row[0]


def test_decisions_given_and_missing(store: Store) -> None:
    candidate = candidate_of(store)
    proposal = proposal_of(candidate, chain(candidate, "ada"), store)
    assert "in the trust root and not in this page" in text_between(drawn(proposal), "missing", "waivers")
    standing = Standing(False, "1 of 2 approvals by different persons", ("Grace Hopper",))
    page = drawn(proposal, Beyond(standing=standing))
    assert "Ada Lovelace , meaning approval" in text_between(page, "decisions", "missing")
    missing = text_between(page, "missing", "waivers")
    assert "1 of 2 approvals" in missing
    assert "May still decide: Grace Hopper" in missing
    assert "sdlc approve" in missing


def test_a_broken_glass_stands_before_everything(store: Store) -> None:
    page = drawn(proposal_of(candidate_of(store, break_glass="an exploit is out"), (), store))
    assert page.index("an exploit is out") < page.index('id="verdict"')


def test_withheld_evidence_is_named_where_it_is_missing(good: Verified) -> None:
    page = drawn_of(dataclasses.replace(good, withheld=frozenset({"tests"})))
    assert "The evidence of tests: its signer withheld it" in page
    assert "withheld from this copy" in text_between(page, "replay", "standards")


def test_two_files_of_the_same_bytes_have_one_place(good: Verified) -> None:
    artifact = good.candidate.artifacts[0]
    twice = dataclasses.replace(
        good.candidate, artifacts=(artifact, dataclasses.replace(artifact, name="b.whl")), policy=artifact.digest
    )
    page = Page(drawn_of(dataclasses.replace(good, candidate=twice)))
    assert len(page.ids) == len(set(page.ids))


def test_many_findings_come_in_parts_that_a_browser_lays_out_fast(good: Verified) -> None:
    many = tuple(Finding("R", f"m{n}", Severity.LOW, Confidence.LOW, f"f1:{n}") for n in range(1001))
    results = tuple(
        dataclasses.replace(result, reading=dataclasses.replace(result.reading, findings=many))
        for result in good.results[:1]
    )
    page = drawn_of(dataclasses.replace(good, results=results))
    for part in ("1 to 500", "501 to 1000", "1001 to 1001"):
        assert page.count(f"<summary>{part}</summary>") == 1
    assert page.count('<td class="digest">f1:') == 1001


def test_components_and_tests_stand_one_by_one(good: Verified) -> None:
    found = Finding("ADV-1", "bad", Severity.HIGH, Confidence.HIGH, "f1:1", subject="inside a 1: pkg:generic/zlib@1.2")
    looked = dataclasses.replace(
        good.results[0],
        gate="vulnerabilities",
        reading=dataclasses.replace(good.results[0].reading, outcome=Outcome.FAILED, findings=(found,)),
    )
    components = {
        "a": {"version": "1", "license": "MIT", "hashes": "aa bb", "purl": "pkg:pypi/a@1"},
        "a > zlib": {"version": "1.2", "purl": "pkg:generic/zlib@1.2"},
    }
    tables = {**good.holdings.now.tables, "components": components}
    known = dataclasses.replace(good, results=(*good.results, looked), holdings=Holdings(Inventory(tables)))
    shown = text_between(drawn_of(known), "components", "tests")
    assert "a 1 MIT none known aa and 1 more" in shown
    assert "a &gt; zlib 1.2 not stated ADV-1 none" in shown
    assert "tests/test_a.py::test_one passed 0.010" in text_between(drawn_of(known), "tests", "contents")
    assert "a 1 MIT not looked up" in drawn_text(dataclasses.replace(known, results=good.results))


def test_what_is_not_known_is_said(good: Verified) -> None:
    nothing = drawn_text(dataclasses.replace(good, holdings=Holdings()))
    assert "Components: not known, since the gate sbom did not answer." in nothing
    assert "Tests: not known, since the gate tests did not answer." in nothing
    follows = dataclasses.replace(good.candidate, previous=good.manifest_digest, sequence=2)
    assert "not known It follows the release whose manifest is" in drawn_text(
        dataclasses.replace(good, candidate=follows)
    )


def test_what_changed_is_counted_and_every_number_leads_to_its_rows(good: Verified) -> None:
    tables = good.holdings.now.tables
    old = Inventory({**tables, "tests": {"t::gone": {"outcome": "passed"}}, "surface": {}, "signers": {}})
    before = Before(good.manifest_digest, "0.9", 1, good.manifest.created, old)
    page = drawn_of(dataclasses.replace(good, holdings=Holdings(good.holdings.now, before)))
    shown = text_between(page, "changes", "auditor")
    assert "What changed since 0.9, sequence 1" in shown
    assert "tests 2 1 0 + tests/test_a.py::test_one; + tests/test_a.py::test_two; and 1 more" in shown
    assert "signers 2 0 0" in shown
    assert "surface – – – not known" in shown
    assert "gone t::gone outcome passed" in text_between(page, "changes-tests", "changes-policy")


def test_each_evidence_file_leads_to_its_gate_and_back(good: Verified) -> None:
    page = drawn_of(good)
    for result in good.results:
        for digest in result.raw.values():
            assert page.count(f'id="file-{digest}"') == 1
            assert f'href="#file-{digest}"' in page
    assert page.count('href="#gate-tests"') > 3


def test_equal_input_gives_equal_bytes(store: Store) -> None:
    proposal = proposal_of(candidate_of(store), (), store)
    assert drawn(proposal) == drawn(proposal)


def test_every_file_that_is_drawn_with_is_a_part_of_the_viewers_version() -> None:
    files = {path.name for path in Path(viewer.__file__).parent.iterdir() if path.name.startswith("page")}
    assert set(viewer.SOURCES) == files - {"page_facts.py", "page_facts.pyc"}
    assert re.fullmatch(r"viewer/4\+[0-9a-f]{12}", viewer.VERSION)


READ_TOO = {"release/bundle", "release/candidate", "release/decisions", "release/manifest", "release/verification",
            "release/attestations"}  # fmt: skip
"""What the page's code reads of a bundle: signed bytes and their form, which say the same to every viewer."""


def test_the_version_is_of_all_code_that_fills_the_page() -> None:
    package = Path(viewer.__file__).parent.parent
    imported = re.compile(r"^from sdlc\.(release|drawing|standards)(?:\.(\w+))? import (.+)$", re.MULTILINE)
    wanted, looked = ["release/viewer"], set()
    while wanted:
        if (name := wanted.pop()) in looked or name in READ_TOO:
            continue
        looked.add(name)
        for room, module, names in imported.findall((package / f"{name}.py").read_text()):
            wanted += [f"{room}/{one}" for one in ([module] if module else names.split(", "))]
    code = {f"{room}/{name}" for room, names in viewer.CODE.items() for name in names}
    assert looked == {name for name in code if not name.startswith("formats/")}
    assert all((package / f"{name}.py").is_file() for name in code)


def test_another_line_of_that_code_is_another_viewer(tmp_path: Path) -> None:
    package = Path(viewer.__file__).parent.parent
    copy = tmp_path / "sdlc"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def version() -> str:
        words = [sys.executable, "-c", "from sdlc.release import viewer; print(viewer.VERSION)"]
        return subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    assert version() == viewer.VERSION
    facts = copy / "release" / "page_facts.py"
    facts.write_text(facts.read_text() + "\n# another line\n")
    other = version()
    assert other.startswith("viewer/4+")
    assert other != viewer.VERSION


def test_names_become_ids_that_never_meet() -> None:
    assert anchors_of(["a b", "a-b", "A B", "é<>", ""]) == {
        "a b": "a-b",
        "a-b": "a-b-2",
        "A B": "a-b-3",
        "é<>": "unnamed",
        "": "unnamed-2",
    }


def test_age_is_said_in_the_unit_that_says_something(store: Store) -> None:
    now = candidate_of(store).created
    ages = [timedelta(minutes=-5), timedelta(minutes=119), timedelta(hours=2), timedelta(hours=47), timedelta(days=31)]
    assert [age(now, now - one) for one in ages] == ["0 min", "119 min", "2 h", "47 h", "31 days"]
