"""Reads what the build gate made: the list of artifacts must be exactly the artifacts."""

from __future__ import annotations

from dataclasses import dataclass, field

from sdlc.errors import UnreadableError
from sdlc.formats import strict_json
from sdlc.model.digest import sha256
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
    are shared. `timeout` in seconds.
    """

    requirements: tuple[str, ...] = field(default=(), metadata=FREE)
    command: tuple[str, ...] = field(
        default=("python", "-m", "build", "--wheel", "--no-isolation", "--outdir", "{out}"), metadata=FREE
    )
    python: str = field(default="", metadata=FREE)
    artifacts: tuple[str, ...] = field(default=(), metadata=FREE)
    timeout: int = field(default=900, metadata=FREE)


def read(raw: RawArtifacts, settings: Settings, context: Context) -> Reading:  # noqa: ARG001 - the shape of a reader
    """PASSED when at least one artifact was built and each is what `build.json` says."""
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
    names = ", ".join(sorted(built))
    return Reading(
        Outcome.PASSED,
        counters={"artifacts": len(built), "packages": packages},
        details=details,
        sentence=f"{names} in an environment of {packages} packages, sandbox {details['sandbox']}",
    )
