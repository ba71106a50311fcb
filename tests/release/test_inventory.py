"""What a release is made of: the same bytes from the same evidence, one form, and never a guess."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from fakes import releases
from fakes.checks import decided
from fakes.releases import NOW, SIGNED, candidate_of, chain, check_of, proposal_of, trust_root
from hypothesis import given
from hypothesis import strategies as st

from sdlc.disk import LocalDisk
from sdlc.errors import BlockedError, UnreadableError
from sdlc.evidence.store import Store
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import GateResult, Grade, Outcome, Reading
from sdlc.release.bundle import write_bundle
from sdlc.release.changes import changes
from sdlc.release.inventory import (
    MAX_HISTORY,
    Before,
    Holdings,
    Inventory,
    Point,
    dump_before,
    dump_inventory,
    inventory_of,
    load_before,
    load_inventory,
    with_closed,
    with_signers,
)
from sdlc.release.recompute import holdings_of
from sdlc.release.verify import verify

POLICY = b'schema = "sdlc.policy/1"\nid = "p"\n[[rules]]\nid = "t"\nprofiles = ["release"]\nat_most = 3\n'
BOM = {
    "metadata": {"component": {"name": "router", "version": "1.0"}},
    "components": [
        {
            "name": "pillow",
            "version": "11.0",
            "purl": "pkg:pypi/pillow@11.0",
            "licenses": [{"license": {"id": "MIT-CMU"}}],
            "externalReferences": [{"url": "x", "hashes": [{"alg": "SHA-256", "content": "ab"}]}],
            "components": [
                {
                    "name": "libjpeg",
                    "version": "3",
                    "evidence": {"identity": [{"concludedValue": "pkg:generic/libjpeg@3"}]},
                    "properties": [{"name": "secure-sdlc:declared-license", "value": "IJG"}],
                }
            ],
        }
    ],
}
SURFACE = {
    "schema": "sdlc.surface/1",
    "files": 1,
    "excluded": {},
    "unparsed": {},
    "items": [{"kind": "http", "locator": "GET /", "guard": "none", "places": [["a.py", 3]]}],
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, LocalDisk())


def result(store: Store, gate: str, outcome: Outcome = Outcome.PASSED, **raw: object) -> GateResult:
    """A gate's result; `raw` are its files by name, with `_` for a dot."""
    finding = Finding("R1", "said", Severity.LOW, Confidence.HIGH, "f1:1")
    files = {name.replace("_", "."): store.put(strict_json.dumps(value)) for name, value in raw.items()}
    return GateResult(gate, Reading(outcome, (finding, finding)), "r/1", Grade.REPLAYED, {}, files)


def made(store: Store, *results: GateResult, before: Before | None = None) -> Inventory:
    return inventory_of(results, POLICY, None, store.get, before)


def test_each_table_comes_from_its_gate(store: Store) -> None:
    tables = made(
        store,
        result(store, "sbom", bom_cdx_json=BOM),
        result(store, "attack-surface", surface_json=SURFACE),
        result(store, "workflows", files_json={"ci.yml": "on: push"}),
    ).tables
    assert tables["components"]["pillow"] == {
        "version": "11.0",
        "license": "MIT-CMU",
        "hashes": "ab",
        "purl": "pkg:pypi/pillow@11.0",
    }
    assert tables["components"]["pillow > libjpeg"] == {
        "version": "3",
        "license": "IJG",
        "purl": "pkg:generic/libjpeg@3",
        "inside": "pillow",
    }
    assert tables["surface"] == {"http:GET /": {"guard": "none", "places": "a.py:3"}}
    assert tables["workflows"] == {"ci.yml": {"sha256": sha256(b"on: push")}}
    assert tables["policy"]["rules.t.at_most"] == {"value": "3"}
    assert tables["policy"]["rules.t.profiles"] == {"value": '["release"]'}
    assert tables["gates"]["sbom"]["findings"] == "2"
    assert list(tables["findings"])[:2] == ["attack-surface R1 f1:1", "attack-surface R1 f1:1 #2"]
    assert "tests" not in tables


def test_a_gate_that_did_not_answer_makes_no_table_and_counts_nothing(store: Store) -> None:
    tables = made(store, result(store, "sbom", Outcome.ERROR, bom_cdx_json=BOM)).tables
    assert "components" not in tables
    assert "findings" not in tables["gates"]["sbom"]


def test_evidence_that_is_malformed_is_refused(store: Store) -> None:
    with pytest.raises(UnreadableError, match=r"bom\.cdx\.json of sbom"):
        made(store, result(store, "sbom", bom_cdx_json={"components": [{"version": "1"}]}))


def test_a_policy_that_is_none_is_refused(store: Store) -> None:
    candidate = candidate_of(store)
    broken = dataclasses.replace(candidate, policy=store.put(b"id = "))
    with pytest.raises(BlockedError) as caught:
        holdings_of(broken, broken.results, store.get)
    assert caught.value.reason == "policy-unreadable"


def before_of(inventory: Inventory, **changes: object) -> Before:
    return dataclasses.replace(Before(sha256(b"m"), "0.9", 1, NOW, inventory), **changes)


def test_history_grows_by_the_release_before_and_ends_somewhere(store: Store) -> None:
    past = made(store, result(store, "sbom", bom_cdx_json=BOM))
    now = made(store, before=before_of(past))
    point = Point("0.9", 1, NOW, {"note": 0, "low": 2, "medium": 0, "high": 0, "critical": 0}, 2, None)
    assert now.history == (point,)
    many = dataclasses.replace(past, history=(point,) * MAX_HISTORY)
    assert len(made(store, before=before_of(many)).history) == MAX_HISTORY


names = st.text(max_size=8)
tables = st.dictionaries(st.sampled_from(("gates", "tests", "surface")), st.dictionaries(names, st.just({"a": "b"})))


@given(tables)
def test_what_is_written_is_read(some: dict[str, dict[str, dict[str, str]]]) -> None:
    inventory = Inventory(some, (Point("1", 1, NOW, {"low": 1}, None, 3),))
    assert load_inventory(dump_inventory(inventory)) == inventory
    assert load_before(dump_before(before_of(inventory))) == before_of(inventory)


@pytest.mark.parametrize(
    "change",
    [{"schema": "other/1"}, {"tables": {"unheard": {}}}, {"tables": []}, {"history": [{}]}, {"history": None}],
)
def test_what_is_no_inventory_is_refused(change: dict[str, object]) -> None:
    document = json.loads(dump_inventory(Inventory({})))
    with pytest.raises(UnreadableError):
        load_inventory(strict_json.dumps({**document, **change}))
    whole = json.loads(dump_before(before_of(Inventory({}))))
    with pytest.raises(UnreadableError):
        load_before(strict_json.dumps({**whole, "inventory": {**document, **change}}))


def refusal(store: Store, **changes: object) -> str:
    """Why a bundle is refused whose candidate is changed so, with all keys in the wrong hands."""
    candidate = dataclasses.replace(candidate_of(store), **changes)
    decisions = chain(candidate, "ada", "grace")
    bundle = releases.members(proposal_of(candidate, decisions, store, holdings=Holdings(Inventory({}))), store)
    return verify(write_bundle(bundle), trust_root(), at=SIGNED).reason


def test_all_keys_and_an_inventory_that_hides_a_component(store: Store) -> None:
    lie = Inventory({**holdings_of(candidate_of(store), check_of(store).results, store.get).now.tables, "tests": {}})
    assert refusal(store) == "page-differs"
    assert refusal(store, inventory=store.put(dump_inventory(lie))) == "inventory-differs"
    assert refusal(store, inventory=store.put(b"no inventory")) == "inventory-differs"


def test_all_keys_and_another_release_before(store: Store) -> None:
    digest = store.put(dump_before(before_of(Inventory({}), manifest=sha256(b"other"))))
    follows = {"previous": sha256(b"m"), "sequence": 2}
    assert refusal(store, before=digest, **follows) == "inventory-differs"
    assert refusal(store, before=store.put(b"{}"), **follows) == "attestation-unreadable"


def test_signers_are_persons_with_what_they_meant(store: Store) -> None:
    decisions = chain(candidate_of(store), "ada", "grace")
    assert with_signers(Inventory({}), decisions).tables["signers"]["Ada Lovelace"] == {
        "said": "approval",
        "meaning": "approval",
    }


def test_what_decisions_closed_is_compared_by_rule_and_component() -> None:
    [one] = decided().verdict.closed
    table = with_closed(Inventory({}), (one,)).tables["closed"]
    assert table == {
        "command-injection pkg:pypi/box@1.0": {
            "decision": "d.json",
            "status": "not_affected",
            "justification": "component_not_present",
            "by": "Ada",
            "until": "2026-09-01",
        }
    }
    later = dataclasses.replace(one, justification="vulnerable_code_not_present")
    named = dataclasses.replace(one, finding=dataclasses.replace(one.finding, properties={"component": "box"}))
    before, now = with_closed(Inventory({}), (one,)), with_closed(Inventory({}), (later, named))
    [section] = changes(before, now)
    assert list(section.added) == ["command-injection box"]
    assert section.changed[0].words == "justification component_not_present → vulnerable_c…"
    [gone] = changes(now, with_closed(Inventory({}), ()))
    assert (gone.known, len(gone.removed)) == (True, 2)
