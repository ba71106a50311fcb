"""Reads what the build gate made: the list of artifacts must be exactly the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdlc.components.source_archive import Difference, differences, is_source_archive
from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import parse_digest, sha256
from sdlc.model.finding import Confidence, Finding, Severity
from sdlc.model.result import Context, Grade, Outcome, RawArtifacts, Reading

READER = "build/1"
GRADE = Grade.ATTESTED
NEEDS: tuple[str, ...] = ()
FREE = {"change": "free"}


@dataclass(frozen=True)
class Settings:
    """How the product is built.

    `requirements` are hashed requirement files. In `command`, `python` is the product's interpreter and `{out}` the
    folder for artifacts; `artifacts` are globs of more files to keep, in the tree that was built. `python` is a
    version or the absolute path of the interpreter to base the environment on; without requirements, its packages
    are shared. `generated` are globs of files that the build writes into source archives. `timeout` in seconds.
    """

    requirements: tuple[str, ...] = field(default=(), metadata=FREE)
    command: tuple[str, ...] = field(
        default=("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", "{out}"), metadata=FREE
    )
    python: str = field(default="", metadata=FREE)
    artifacts: tuple[str, ...] = field(default=(), metadata=FREE)
    generated: tuple[str, ...] = field(default=(), metadata={"change": "may-only-strengthen"})
    timeout: int = field(default=900, metadata=FREE)


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when an artifact was built, each is what `build.json` says, and source archives are the commit's."""
    if "build.json" not in raw:
        raise UnreadableError("build.json is missing: nothing says what was built", hint="run the build again")
    document = strict_json.loads_object(raw["build.json"], what="build.json")
    built = {name.removeprefix("dist/"): data for name, data in raw.items() if name.startswith("dist/")}
    try:
        listed = {str(row["name"]): str(row["sha256"]) for row in document["artifacts"]}
        packages = len(document["packages"])
        details = {"sandbox": str(document["sandbox"]), "python": str(document["python"])}
    except (KeyError, TypeError) as error:
        raise UnreadableError(f"build.json: {type(error).__name__}: {error}") from None
    if {name: sha256(data) for name, data in built.items()} != listed:
        raise UnreadableError("build.json does not list the artifacts that were built", hint="run the build again")
    if not built:
        return Reading(
            Outcome.ERROR, sentence="the build made no artifact", hint="let the build command write to {out}"
        )
    findings = _of_archives(raw, built, settings)
    names = ", ".join(sorted(built))
    return Reading(
        Outcome.of(findings, work=len(built)),
        findings,
        counters={"artifacts": len(built), "packages": packages},
        details=details,
        sentence=f"{names} in an environment of {packages} packages, sandbox {details['sandbox']}",
    )


def _of_archives(raw: RawArtifacts, built: Mapping[str, bytes], settings: Settings) -> tuple[Finding, ...]:
    """A finding for each file of a source archive that the commit does not have, or has otherwise."""
    archives = [name for name in sorted(built) if is_source_archive(name)]
    if not archives:
        return ()
    if "tree.json" not in raw:
        raise UnreadableError("tree.json is missing: nothing says what the commit holds", hint="run the build again")
    listed = strict_json.loads_object(raw["tree.json"], what="tree.json")
    tree = {path: parse_digest(digest) for path, digest in listed.items()}
    return tuple(
        _finding(name, one)
        for name in archives
        for one in differences(built[name], tree, settings.generated, what=name)
    )


def _finding(archive: str, one: Difference) -> Finding:
    rule, said = (
        ("BUILD-SOURCE-CHANGED", "is not that of the commit")
        if one.in_commit
        else ("BUILD-SOURCE-ADDED", "is in no commit")
    )
    return Finding(
        rule=rule,
        message=f"{archive}: {one.path} {said}, and nobody reviewed it",
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        fingerprint="f1:" + sha256(f"{rule} {one.path}".encode())[:32],
        subject=f"{archive}: {one.path}",
        fix="Commit the file, or leave it out of the archive; name what a build writes in gates.build.generated.",
        reproduce="sdlc check --gate build -v",
        cwe=(506,),
        owasp=("A08:2021", "A03:2025"),
    )
