"""
A verified release as OSCAL assessment results (JSON, OSCAL 1.1 and 1.2), which assessors' tools read.

OSCAL knows a control as satisfied or not. Here *satisfied* says one thing: the record of this release holds in full
what is named to answer the control; everything else is *not-satisfied*, with the word and the reason beside it. Gates,
decisions and signature are observations with their evidence by digest; each finding of a gate is one as well. Every
identifier follows from the manifest's digest, so the same release gives the same bytes. Foreign text is escaped, since
OSCAL's descriptions are Markdown.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from sdlc.exports.tables import evidence_of, findings_for, waivers_of
from sdlc.formats import strict_json
from sdlc.formats.markdown_text import escape
from sdlc.formats.terminal import printable
from sdlc.formats.timestamp import time_to_text
from sdlc.model.digest import Digest
from sdlc.model.finding import Finding
from sdlc.model.result import GateResult
from sdlc.release import bundle
from sdlc.release.verified import Verified
from sdlc.release.viewer import NOT_SHOWN
from sdlc.standards.coverage import Coverage, Covered, Producer, Shown, Word

OSCAL = "1.1.3"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:secure-sdlc:oscal:v1")
NS = "urn:secure-sdlc:oscal:v1"
_NOT_IN_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")
_Row = dict[str, object]


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The document `{"assessment-results": …}`."""
    return strict_json.pretty({"assessment-results": _Writer(release).document(coverages)})


def control_token(standard: str, control: str, seen: dict[str, str]) -> str:
    """`control` of `standard` as an OSCAL token; unique among those of `seen`, which it is added to."""
    key = f"{standard} {control}"
    token = f"_{_NOT_IN_TOKEN.sub('-', f'{standard}_{control}')}".rstrip("-")
    token = token.removeprefix("_") if token[1].isalpha() else token
    while seen.setdefault(token, key) != key:
        token += "_"
    return token


class _Writer:
    """Makes the parts, each under an identifier that follows from the manifest and the part's own name."""

    def __init__(self, release: Verified) -> None:
        self.release = release
        self.space = uuid.uuid5(NAMESPACE, release.manifest_digest)
        self.evidence = evidence_of(release)
        self.waivers = waivers_of(release)
        self.results = {result.gate: result for result in release.results}

    def id(self, *name: str) -> str:
        return str(uuid.uuid5(self.space, "\0".join(name)))

    def document(self, coverages: Sequence[Coverage]) -> _Row:
        manifest, candidate = self.release.manifest, self.release.candidate
        signed = time_to_text(manifest.created)
        title = f"{escape(manifest.product)} {escape(manifest.version)}"
        parts: _Row = {
            "uuid": self.id("result"),
            "title": f"Evidence bundle of {title}",
            "description": f"What the gates saw on commit {candidate.commit}, who decided, and what it shows of "
            f"{len(coverages)} standards. The mapping to standards is a reading of ours: each says who reviewed it.",
            "start": time_to_text(candidate.checked),
            "end": signed,
            "props": [_prop("verdict", self.release.verdict.answer.value), _prop("commit", candidate.commit)],
            "reviewed-controls": {"control-selections": list(self.selections(coverages))},
            "observations": [*self.observations(), *self.decisions(), *self.finding_observations()],
            "findings": list(self.findings(coverages)),
            "remarks": " ".join(escape(sentence) for sentence in (*NOT_SHOWN, *self.release.notes)),
        }
        return {
            "uuid": self.id("document"),
            "metadata": {
                "title": f"Assessment results of {title}",
                "last-modified": signed,
                "version": printable(manifest.version),
                "oscal-version": OSCAL,
                "props": [_prop("manifest-sha256", self.release.manifest_digest)],
                "roles": [{"id": "approver", "title": "Approver of the release"}],
                **self.parties(),
            },
            "import-ap": {
                "href": f"#{self.id('resource', 'policy')}",
                "remarks": "The plan is the policy of the release, which the trust root authorizes by its digest.",
            },
            "results": [parts],
            "back-matter": {"resources": list(self.resources())},
        }

    def parties(self) -> _Row:
        people = {one.decision.person: one.decision.name for one in self.release.decisions}
        if not people:
            return {}
        rows = [
            {"uuid": self.id("person", person), "type": "person", "name": _line(name), "remarks": escape(person)}
            for person, name in people.items()
        ]
        yes = [self.id("person", person) for person in people]
        return {"parties": rows, "responsible-parties": [{"role-id": "approver", "party-uuids": yes}]}

    def selections(self, coverages: Sequence[Coverage]) -> Iterator[_Row]:
        seen: dict[str, str] = {}
        for coverage in coverages:
            standard = coverage.standard
            yield {
                "description": f"{escape(standard.title)}, {escape(standard.version)}: {escape(standard.review)}",
                "include-controls": [
                    {"control-id": control_token(standard.id, one.control.id, seen)} for one in coverage.controls
                ],
            }

    def observations(self) -> Iterator[_Row]:
        for name, producer in sorted(self.release.producers.items()):
            result = self.results.get(name)
            props = [_prop("shown", producer.shown.value)]
            if result:
                props += [_prop("outcome", result.reading.outcome.value), _prop("grade", result.grade.value)]
                props += [_prop("reader", result.reader), _prop("findings", str(len(result.reading.findings)))]
            row: _Row = {
                "uuid": self.id("observation", name),
                "title": f"{'Gate' if result else 'Release'}: {name}",
                "description": escape(producer.sentence) or "no sentence",
                "props": props,
                "methods": ["TEST" if result else "EXAMINE"],
                "types": ["control-objective"],
                "collected": time_to_text(self.collected(name)),
            }
            evidence = [
                {"href": f"#{self.id('resource', digest)}", "description": escape(key)}
                for key, digest in self.evidence.get(name, {}).items()
            ]
            yield row | ({"relevant-evidence": evidence} if evidence else {})

    def decisions(self) -> Iterator[_Row]:
        """Each decision with printed name, time and meaning (21 CFR 11.50)."""
        for number, signed in enumerate(self.release.decisions, start=1):
            one = signed.decision
            values = {"kind": one.kind, "name": one.name, "meaning": one.meaning, "reason": one.reason, "key": one.key}
            yield {
                "uuid": self.id("decision", str(number)),
                "title": _line(f"{one.kind} of {one.name}, meaning {one.meaning}"),
                "description": escape(one.reason) or "no reason given",
                "props": [_prop(name, value) for name, value in values.items() if value.strip()],
                "methods": ["EXAMINE"],
                "types": ["control-objective"],
                "relevant-evidence": [
                    {"href": f"#{self.id('resource', signed.digest)}", "description": "the signed record"}
                ],
                "collected": time_to_text(one.created),
            }

    def collected(self, name: str) -> datetime:
        """When it was looked at: a gate's run, the last decision, the signature."""
        release = self.release
        if name == "signing":
            return release.manifest.created
        if name == "approval" and release.decisions:
            return release.decisions[-1].decision.created
        again = [one.at for one in release.candidate.refreshed if one.gate == name]
        return again[-1] if again else release.candidate.checked

    def finding_observations(self) -> Iterator[_Row]:
        for result in self.release.results:
            for number, one in enumerate(result.reading.findings):
                yield self.finding_observation(result, number, one)

    def finding_observation(self, result: GateResult, number: int, one: Finding) -> _Row:
        values = {
            "gate": result.gate,
            "rule": one.rule,
            "severity": one.severity.value,
            "confidence": one.confidence.value,
            "place": str(one.place or one.subject),
            "fingerprint": one.fingerprint,
            "cwe": " ".join(f"CWE-{weakness}" for weakness in one.cwe),
            "suppressed": one.suppressed,
        }
        waived = self.waivers.get((result.gate, one.fingerprint))
        if waived:
            values |= {"waiver": waived.waiver, "waiver-owner": waived.owner, "waiver-until": str(waived.expires)}
        values["decided"] = self.release.verdict.decided(result.gate, one)
        return {
            "uuid": self.id("finding", result.gate, str(number)),
            "title": _line(f"{result.gate}: {one.rule}"),
            "description": escape(one.message) or "no message",
            "props": [_prop(name, value) for name, value in values.items() if value.strip()],
            "methods": ["TEST"],
            "types": ["finding"],
            "collected": time_to_text(self.collected(result.gate)),
        }

    def findings(self, coverages: Sequence[Coverage]) -> Iterator[_Row]:
        seen: dict[str, str] = {}
        for coverage in coverages:
            for one in coverage.controls:
                token = control_token(coverage.standard.id, one.control.id, seen)
                yield self.finding(coverage, one, token)

    def finding(self, coverage: Coverage, one: Covered, token: str) -> _Row:
        standard, control = coverage.standard, one.control
        why = [_why(producer) for producer in one.producers] + ([escape(control.people)] if control.people else [])
        full = one.word is Word.FULL
        row: _Row = {
            "uuid": self.id("control", standard.id, control.id),
            "title": _line(f"{standard.id} {control.id}: {one.word.value}"),
            "description": escape(control.text),
            "props": [
                _prop("standard", standard.id),
                _prop("standard-version", standard.version),
                _prop("control", control.id),
                _prop("coverage", one.word.value),
                _prop("review", standard.review),
            ],
            "target": {
                "type": "objective-id",
                "target-id": token,
                "status": {
                    "state": "satisfied" if full else "not-satisfied",
                    "reason": "pass" if full else "other",
                    "remarks": f"{one.word.value}: {'; '.join(why)}",
                },
            },
        }
        related = [self.id("observation", p.name) for p in one.producers if p.shown is not Shown.NOTHING]
        for producer in one.producers:
            result = self.results.get(producer.name)
            if result and control.cwe:
                among = {id(finding) for finding in findings_for(result, control.cwe)}
                numbered = enumerate(result.reading.findings)
                related += [self.id("finding", result.gate, str(n)) for n, f in numbered if id(f) in among]
        return row | ({"related-observations": [{"observation-uuid": name} for name in related]} if related else {})

    def resources(self) -> Iterator[_Row]:
        release, candidate = self.release, self.release.candidate
        yield self.resource("policy", bundle.POLICY, "The policy", candidate.policy)
        for artifact in candidate.artifacts:
            title = f"Released file {artifact.name}"
            yield self.resource(artifact.digest, f"{bundle.ARTIFACTS}{artifact.name}", title, artifact.digest)
        inside = {release.manifest_digest: bundle.RAW_MANIFEST, release.manifest.candidate: bundle.CANDIDATE}
        inside |= {one.digest: bundle.decision_name(n) for n, one in enumerate(release.decisions, start=1)}
        listed = {digest: f"{name} {key}" for name, record in self.evidence.items() for key, digest in record.items()}
        for artifact in candidate.artifacts:
            listed.pop(artifact.digest, None)
        for text, title in sorted(listed.items()):
            digest = Digest(text)
            yield self.resource(text, inside.get(digest, f"{bundle.EVIDENCE}{text}"), title, digest)

    def resource(self, key: str, href: str, title: str, digest: Digest) -> _Row:
        link: _Row = {"href": href, "hashes": [{"algorithm": "SHA-256", "value": digest}]}
        return {"uuid": self.id("resource", key), "title": _line(title), "rlinks": [link]}


def _why(producer: Producer) -> str:
    return f"{producer.name}: {escape(producer.sentence)}"


def _prop(name: str, value: str) -> _Row:
    return {"name": name, "ns": NS, "value": printable(value).strip() or "none"}


def _line(text: str) -> str:
    return escape(text).strip() or "none"
