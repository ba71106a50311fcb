"""The page in Japanese: every message is there, the evidence is as recorded, and it says that nobody reviewed it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from conftest import REPOSITORY
from fakes import releases
from fakes.hostile import TEXT, hostile, verified
from fakes.releases import POLICY, SIGNED, candidate_of, chain, check_of, proposal_of, raw_of, records, trust_root
from release.test_viewer import Page

from sdlc.disk import LocalDisk
from sdlc.errors import UsageError
from sdlc.evidence.store import Store
from sdlc.model.result import Outcome
from sdlc.release import viewer
from sdlc.release.bundle import read_bundle, write_bundle
from sdlc.release.inventory import Before, Holdings, Inventory
from sdlc.release.languages import Catalog, load_catalog, messages_of, translated
from sdlc.release.page_facts import Beyond, Standing
from sdlc.release.verification import Step
from sdlc.release.verified import Verified
from sdlc.release.verify import verify

TEMPLATES = sorted((REPOSITORY / "sdlc" / "release").glob("page*.j2"))
JAPANESE = viewer.catalog_of("ja")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    return verified(tmp_path_factory.mktemp("store"))


def drawn(release: Verified, language: str | Catalog = "ja", **beyond: object) -> str:
    known = Beyond(
        results=release.results,
        steps=(Step(1, "read", True, "", "x"), Step(2, "sign", False, "unsigned", "y")),
        notes=release.notes,
        manifest=release.manifest,
        manifest_digest=release.manifest_digest,
        **beyond,  # type: ignore[arg-type]
    )
    digest, holdings = release.manifest.candidate, release.holdings
    page = viewer.draw(release.candidate, digest, release.verdict, release.decisions, holdings, known, language)
    return page.decode()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_message_of_a_template_has_its_translation(template: Path) -> None:
    missing = set(messages_of(template.read_text())) - set(JAPANESE.messages)
    assert missing == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_nothing_but_messages_changes(template: Path) -> None:
    source = template.read_text()
    same = Catalog("xx", "", {message: message for message in messages_of(source)})
    assert "".join(translated(source, same).split()) == "".join(source.split())


def test_every_kind_of_page_can_be_drawn(good: Verified, tmp_path: Path) -> None:
    """Words that come from code are in the catalogue as well: a missing one would stop the drawing."""
    tables = good.holdings.now.tables
    old = Before(good.manifest_digest, "0.9", 1, SIGNED, Inventory({**tables, "tests": {}, "surface": {}}))
    changed = dataclasses.replace(good, holdings=Holdings(good.holdings.now, old))
    follows = dataclasses.replace(good.candidate, previous=good.manifest_digest, sequence=2, break_glass="why")
    silent = [
        dataclasses.replace(
            good,
            results=tuple(
                dataclasses.replace(r, reading=dataclasses.replace(r.reading, outcome=outcome)) for r in good.results
            ),
        )
        for outcome in Outcome
    ]
    pages = [good, hostile(good), changed, dataclasses.replace(good, candidate=follows), *silent]
    pages += [dataclasses.replace(good, holdings=Holdings(), decisions=())]
    for release in pages:
        text = drawn(release, standing=Standing(False, "1 of 2", ("Ada",)), withheld=frozenset({"tests"}))
        assert '<html lang="ja">' in text
        page = Page(text)
        assert len(page.ids) == len(set(page.ids))
        assert {href[1:] for href in page.values("href")} <= set(page.ids)
    store = Store(tmp_path, LocalDisk())
    blocked = proposal_of(candidate_of(store, check_of(store, raw_of(records("tests/test_a.py::test_one")))), (), store)
    parts = (blocked.candidate, blocked.digest, blocked.verdict, blocked.decisions, blocked.holdings)
    assert "阻止" in viewer.draw(*parts, language="ja").decode()


def test_evidence_stays_as_it_was_recorded(good: Verified) -> None:
    english, japanese = drawn(good, "en"), drawn(good)
    for text in ("2 passed", "tests/test_a.py::test_one", "Ada Lovelace", good.candidate.artifacts[0].digest):
        assert japanese.count(text) == english.count(text)
    evil = drawn(hostile(good))
    assert "<script>alert" not in evil
    assert TEXT not in evil
    assert "&lt;script&gt;alert(1)" in evil


def test_it_says_in_both_languages_that_nobody_reviewed_it(good: Verified) -> None:
    said = re.search(r'id="translation">(.*?)</p>', drawn(good), re.S)
    assert said
    assert "未レビューの翻訳" in said[1]
    assert "unreviewed translation" in said[1]
    assert 'id="translation"' not in drawn(good, "en")
    reviewed = dataclasses.replace(JAPANESE, reviewer="Hanako Suzuki")
    assert 'id="translation"' not in drawn(good, reviewed)


def test_the_policy_gives_the_language_and_everybody_draws_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path, LocalDisk())
    policy = POLICY + b'[page]\nlanguage = "ja"\n'
    candidate = candidate_of(store, check_of(store, policy=store.put(policy)))
    proposal = proposal_of(candidate, chain(candidate, "ada", "grace"), store)
    bundle = write_bundle(releases.members(proposal, store))
    result = verify(bundle, trust_root(policies=(candidate.policy,)), at=SIGNED)
    assert result.ok
    assert "the page shows the same" in result.steps[9].sentence
    assert b'<html lang="ja">' in read_bundle(bundle)["report.html"]


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b'schema = "other"', b'schema = "sdlc.page-messages/1"\nlanguage = "ja"\nreviewer = ""\n']
)
def test_what_is_no_catalogue_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        load_catalog(data, "page_xx.toml")
