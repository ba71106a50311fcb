"""Everything that a verified release says as one JSON document, schema sdlc.export/1 (`docs/schemas/`)."""

from __future__ import annotations

from collections.abc import Sequence

from sdlc.exports.tables import evidence_of, waivers_of
from sdlc.formats import strict_json
from sdlc.formats.reading_json import result_to_json
from sdlc.formats.timestamp import time_to_text
from sdlc.release.decisions import SignedDecision
from sdlc.release.verified import Verified
from sdlc.release.viewer import NOT_SHOWN
from sdlc.standards.coverage import Coverage
from sdlc.standards.shipped import our_categories


def export(release: Verified, coverages: Sequence[Coverage]) -> bytes:
    """The document; texts are as they were recorded, so whoever shows them has to escape them."""
    manifest, candidate, verdict = release.manifest, release.candidate, release.verdict
    waivers, categories = waivers_of(release), our_categories()
    document = {
        "schema": "sdlc.export/1",
        "release": {
            "product": manifest.product,
            "version": manifest.version,
            "channel": manifest.channel,
            "sequence": manifest.sequence,
            "signed": time_to_text(manifest.created),
            "expires": time_to_text(manifest.expires),
            "manifest": release.manifest_digest,
            "candidate": manifest.candidate,
            "previous": candidate.previous,
            "policy": candidate.policy,
            "repository": candidate.repository,
            "commit": candidate.commit,
            "tree": candidate.tree,
            "breakGlass": candidate.break_glass,
        },
        "artifacts": [{"name": a.name, "size": a.size, "sha256": a.digest} for a in candidate.artifacts],
        "verdict": verdict.answer.value,
        "rules": [
            {"rule": rule.rule, "gate": rule.gate, "state": rule.state.value, "sentence": rule.sentence}
            for rule in verdict.rules
        ],
        "waived": [
            {
                "waiver": one.waiver,
                "gate": gate,
                "fingerprint": fingerprint,
                "owner": one.owner,
                "approver": one.approver,
                "expires": one.expires.isoformat(),
            }
            for (gate, fingerprint), one in sorted(waivers.items())
        ],
        "closed": [
            {
                "decision": one.decision,
                "gate": one.gate,
                "fingerprint": one.finding.fingerprint,
                "subject": one.finding.subject,
                "status": one.status,
                "justification": one.justification,
                "impact": one.impact,
                "name": one.name,
                "created": one.created.isoformat(),
                "expires": one.expires.isoformat(),
            }
            for one in verdict.closed
        ],
        "categories": [
            {"gate": result.gate, "fingerprint": one.fingerprint, "words": list(categories.words(one.cwe))}
            for result in release.results
            for one in result.reading.findings
            if one.cwe
        ],
        "inventory": {
            name: [{"key": key, "fields": dict(fields)} for key, fields in table.items()]
            for name, table in release.as_before.inventory.tables.items()
        },
        "gates": [result_to_json(result) for result in release.results],
        "evidence": evidence_of(release),
        "decisions": [_decision(signed) for signed in release.decisions],
        "standards": [_standard(coverage) for coverage in coverages],
        "notes": list(release.notes),
        "notShown": list(NOT_SHOWN),
    }
    return strict_json.pretty(document)


def _decision(signed: SignedDecision) -> dict[str, object]:
    one = signed.decision
    return {
        "kind": one.kind,
        "person": one.person,
        "name": one.name,
        "meaning": one.meaning,
        "time": time_to_text(one.created),
        "reason": one.reason,
        "key": one.key,
        "sha256": signed.digest,
        "previous": one.previous,
    }


def _standard(coverage: Coverage) -> dict[str, object]:
    standard = coverage.standard
    return {
        "id": standard.id,
        "title": standard.title,
        "version": standard.version,
        "status": standard.status,
        "reviewer": standard.reviewer,
        "counts": {word.value: number for word, number in coverage.counts.items()},
        "controls": [
            {
                "id": one.control.id,
                "text": one.control.text,
                "coverage": one.word.value,
                "people": one.control.people,
                "document": one.control.document,
                "producers": [
                    {
                        "name": producer.name,
                        "asked": "full" if producer.name in one.control.full else "partial",
                        "shown": producer.shown.value,
                        "why": producer.sentence,
                    }
                    for producer in one.producers
                ],
            }
            for one in coverage.controls
        ],
    }
