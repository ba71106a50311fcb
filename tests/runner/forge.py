"""What the forge keeps beside a run: artifacts, alerts, releases, issues, checks; and who gets which token."""

from __future__ import annotations

import dataclasses
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from fakes.time_authority import served_by

Claims = Mapping[str, str]
LEVELS = {"none": 0, "read": 1, "write": 2}
SERVER = "https://github.com"
NAME = "imaging/box"
NUMBER = "4711"


class Refused(RuntimeError):
    """The forge says no: a right is missing, or something is not there."""


@dataclass
class Forge:
    """One repository's state, in files that the `gh` of the jobs reads and writes.

    `approved` are the environments that a reviewer lets jobs into; `mint` makes an identity token of claims.
    """

    folder: Path
    repository: Path
    approved: frozenset[str] = frozenset()
    mint: Callable[[Claims], str] | None = None
    artifacts: dict[str, Path] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("tokens", "releases"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self.write("repository", str(self.repository))
        for name in ("issues", "checks", "approvals", "comments"):
            self.write(name, [])
        self.write("environment", {"protection_rules": [{"type": "required_reviewers"}], "can_admins_bypass": False})

    def copied(self, folder: Path, repository: Path) -> Forge:
        """The same state in `folder`, about the copy `repository`."""
        shutil.copytree(self.folder, folder)
        artifacts = {name: folder / path.relative_to(self.folder) for name, path in self.artifacts.items()}
        made = dataclasses.replace(self, folder=folder, repository=repository, artifacts=artifacts)
        made.write("environment", self.read("environment"))
        return made

    def write(self, name: str, value: object) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(value))

    def read(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())

    def token(self, permissions: Mapping[str, str]) -> str:
        """A token that is good for these rights and nothing else."""
        name = secrets.token_hex(16)
        (self.folder / "tokens" / name).write_text(json.dumps(dict(permissions)))
        return name

    @contextmanager
    def identities(self, claims: Claims) -> Iterator[dict[str, str]]:
        """The variables by which a job with `id-token: write` gets its identity token."""
        mint = self.mint
        if mint is None:
            yield {}
            return
        secret = secrets.token_hex(8)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = self.headers.get("Authorization") == f"bearer {secret}"
                self.send_response(200 if good else 401)
                self.end_headers()
                self.wfile.write(json.dumps({"value": mint(claims)} if good else {}).encode())

            def log_message(self, *_words: object) -> None:
                pass

        with served_by(Handler) as address:
            yield {
                "GITHUB_ACTIONS": "true",
                "ACTIONS_ID_TOKEN_REQUEST_URL": f"{address}?api-version=2.0",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret,
            }


def lowered(asked: Mapping[str, str], granted: Mapping[str, str], who: str) -> dict[str, str]:
    """The rights of a called workflow's job; one that asks for more than the caller has fails at start-up."""
    for scope, level in asked.items():
        if LEVELS[level] > LEVELS[granted.get(scope, "none")]:
            raise Refused(f"start-up failure: {who} asks for {scope}: {level}, the caller grants less")
    return dict(asked)


def of_a_fork(permissions: Mapping[str, str]) -> dict[str, str]:
    """What is left for a pull request of a fork: reading, and no identity."""
    return {scope: "read" for scope, level in permissions.items() if level != "none" and scope != "id-token"}
