"""
Is any shipped component affected by an advisory that is known today?

**Why.** An old component with a known hole is the cheapest attack there is. The gate compares every component of the
SBOM with an advisory feed: OSV records in files, dated and hashed, so that the answer can be had without a network and
checked years later (`sdlc feed`, `docs/feeds.md`). Versions are compared by PEP 440, over the union of listed versions
and ranges; records that share an alias are one finding. A `feed.json` among the records names and dates the feed;
without it the newest record's date is the feed's. With `kev.json` beside the records, what is known to be exploited is
critical and says since when; with `epss.csv`, a finding carries its EPSS score. A withdrawn record that would match is
shown as closed, with the day; a disputed one stands and says so.

A finding also says how far the product's own source reaches into the component: it does not import it, imports it,
does not call what the advisory names, or calls it, and on which way. That is advice, with every doubt named; it turns
nothing, and `sdlc vex draft` makes at most a draft of it, which counts for nothing until a person signs.

**How it can be wrong.** A feed knows what was published when it was made: let the policy bound its age (`max-age` over
`feed-date`) and its size (`floor` over `records`); the setting `max_age` makes the gate itself refuse a feed that is
more days older than the commit. A feed that is missing, empty, undated, stale or holds one unreadable record is an
error with a reason of its own, never "nothing found". An impossible range is named in `problems`, and what the record
says otherwise still counts. An advisory without a readable score counts as critical, one without a version to compare
affects all of them. The product itself is not looked up. What is inside of wheels is, as far as the feed has records
of crates.io (crates) and OSS-Fuzz (native libraries, by name and version of the SBOM, which are evidence with a stated
confidence); that a distribution mended a library without changing its version is not known. A part whose version
nothing tells is of medium confidence, which a usual policy takes as advice. How far the product reaches is read from
syntax trees: calls out of other components, and what is computed at run time, are doubts and not answers.

A person may decide with a signed VEX statement that the product is not affected (`sdlc vex`, `docs/vex.md`): then the
finding is shown as closed, with who and why, as long as product, component, versions and the advisory stay as they
were. The gate keeps what stands in `.sdlc/vex/` of the base commit; the policy, and whoever verifies, judges it.

**How to fix a finding.** Upgrade to the version that the finding names, and lock again. The fix says which other
components have to move with it: the gate asks the resolver (`uv pip compile`) on a copy of the lock, by default only
from its cache (`upgrades = "network"` lets it ask an index, `"off"` asks nothing). Where that could not be tried the
fix says so and why; it blocks nothing, and neither does a refusal. A part inside of a wheel is
mended by upgrading what carries it; the finding names the carrier and the files in which the part was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sdlc.errors import ToolError
from sdlc.feeds.feed import open_feed
from sdlc.formats import strict_json
from sdlc.formats.context_json import dump_context
from sdlc.formats.vex_link import link_to
from sdlc.model.finding import Finding
from sdlc.model.result import Context, RawArtifacts
from sdlc.reaching.ask import reached
from sdlc.readings.fix_notes import REACH, UPGRADES, wishes_of
from sdlc.readings.vulnerabilities import NEEDS, Settings, components_of, read
from sdlc.tools import Tools
from sdlc.upgrading.shortest import Wish, shortest
from sdlc.workspace import Workspace, commit_time, protected, protected_files, protected_links

ID = "vulnerabilities"
ASKED = ("off", "offline", "network")
VEX = ".sdlc/vex/"
__all__ = ["ID", "NEEDS", "Settings", "not_applicable", "run"]


def not_applicable(workspace: Workspace, settings: Settings) -> str | None:  # noqa: ARG001 - the shape of a gate
    """Why nothing can be looked up."""
    hint = 'sdlc.toml names no advisory feed: [gates.vulnerabilities] feed = "FOLDER or FILE"'
    return None if settings.feed else hint


def run(
    workspace: Workspace,
    tools: Tools,
    settings: Settings,
    inputs: Mapping[str, RawArtifacts],
) -> RawArtifacts:
    """The feed's records that name a component of the SBOM, and the identity of the whole feed."""
    if "bom.cdx.json" not in inputs.get("sbom", {}):
        raise ToolError("there is no SBOM to look up", hint="let the sbom gate answer: sdlc check --gate sbom -v")
    bom = strict_json.loads_object(inputs["sbom"]["bom.cdx.json"], what="bom.cdx.json")
    wanted = {name for component in components_of(bom) for name in component.names}
    if settings.upgrades not in ASKED:
        known = ", ".join(ASKED)
        raise ToolError(f"sdlc.toml: gates.vulnerabilities.upgrades: {settings.upgrades!r:.40} is none of {known}")
    feed = open_feed(workspace.root / settings.feed, called=settings.feed)
    chosen = {
        identifier: record
        for identifier, record in feed.records.items()
        if any(affected.name in wanted for affected in record.advisory.affected)
    }
    ids = {name for record in chosen.values() for name in (record.advisory.id, *record.advisory.aliases)}
    identity = feed.identity
    if settings.max_age:
        identity["commit"] = commit_time(workspace, tools).isoformat()
    raw: dict[str, Any] = {
        "advisories.json": [chosen[identifier].document for identifier in sorted(chosen)],
        "feed.json": identity,
    }
    if feed.exploited is not None:
        raw["exploited.json"] = {name: day for name, day in feed.exploited.since.items() if name in ids}
    if feed.scores is not None:
        raw["scores.json"] = {name: score for name, score in feed.scores.of.items() if name in ids}
    said = {name: strict_json.dumps(part) for name, part in raw.items()}
    if workspace.repository is None:  # of a base commit nobody asks more than what it had
        found = read({**said, **{f"sbom/{name}": data for name, data in inputs["sbom"].items()}}, settings, Context())
        said |= _upgrades(found.findings, workspace, tools, settings)
        said |= {REACH: strict_json.dumps(reached(found.findings, workspace, bom, raw["advisories.json"]))}
    return {**said, **_decisions(workspace, tools), "context.json": dump_context(Context())}


def _upgrades(findings: Iterable[Finding], workspace: Workspace, tools: Tools, settings: Settings) -> dict[str, bytes]:
    """What the resolver says of each upgrade that a finding proposes."""
    if settings.upgrades == "off":
        return {}
    wishes = wishes_of(findings)
    found = shortest((Wish(*wish) for wish in wishes), workspace, tools, network=settings.upgrades == "network")
    return {UPGRADES: strict_json.dumps([vars(wish) | vars(upgrade) for wish, upgrade in found.items()])}


def _decisions(workspace: Workspace, tools: Tools) -> dict[str, bytes]:
    """The VEX decisions of the base commit, and with them its trust root."""
    files = protected_files(workspace, tools, VEX)
    kept = {f"vex/{path.removeprefix(VEX)}": data for path, data in files.items() if path.endswith(".json")}
    for path, target in protected_links(workspace, tools, VEX).items():  # refused by name, never passed over
        kept[f"vex/{path.removeprefix(VEX)}"] = link_to(target)
    trust = protected(workspace, tools, ".sdlc/trust.json") if kept else None
    return kept if trust is None else {**kept, "vex-trust.json": trust}
