"""The part of `gh` that our scripts use, on the files of `forge.py`; refuses what the token does not allow."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FORGE = Path(os.environ["FORGE"])


def refuse(sentence: str) -> None:
    print(f"gh: {sentence}", file=sys.stderr)
    sys.exit(1)


def demand(scope: str, right: str) -> None:
    path = FORGE / "tokens" / (os.environ.get("GH_TOKEN") or "none")
    permissions = json.loads(path.read_text()) if path.is_file() else {}
    if permissions.get(scope) not in (right, "write"):
        refuse(f"HTTP 403: Resource not accessible by integration ({scope}: {right})")


def load(name: str) -> Any:
    return json.loads((FORGE / f"{name}.json").read_text())


def save(name: str, value: object) -> None:
    (FORGE / f"{name}.json").write_text(json.dumps(value))


def api(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", default="GET")
    parser.add_argument("-f", action="append", default=[])
    parser.add_argument("-F", action="append", default=[])
    parser.add_argument("--jq", default="")
    parser.add_argument("path")
    given = parser.parse_intermixed_args(words)
    kind = (given.method, *given.path.partition("?")[0].split("/")[3:])
    match kind:
        case ("GET", "actions", "runs", _, "approvals"):
            demand("actions", "read")
            print(json.dumps(load("approvals")))
        case ("GET", "environments", "release"):
            demand("actions", "read")
            print(json.dumps(load("environment")))
        case ("POST", "check-runs"):
            demand("checks", "write")
            save("checks", [*load("checks"), dict(one.split("=", 1) for one in given.f)])
        case ("GET", "issues", _, "comments"):
            demand("pull-requests", "read")
            assert "<!-- secure-sdlc -->" in given.jq
            found = [one for one in load("comments") if one["bot"] and one["body"].startswith("<!-- secure-sdlc -->")]
            print(found[0]["id"] if found else "")
        case ("POST", "issues", _, "comments"):
            demand("pull-requests", "write")
            comments = load("comments")
            save("comments", [*comments, {"id": len(comments) + 1, "bot": True, "body": body(given.F)}])
        case ("PATCH", "issues", "comments", number):
            demand("pull-requests", "write")
            comments = load("comments")
            comments[int(number) - 1]["body"] = body(given.F)
            save("comments", comments)
        case _:
            refuse(f"HTTP 404: {given.path}")


def body(fields: list[str]) -> str:
    [field] = fields
    text = Path(field.removeprefix("body=@")).read_text()
    assert len(text) <= 65536
    return text


def release(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("word")
    parser.add_argument("names", nargs="*")
    for option in ("--repo", "--pattern", "--dir", "--title", "--notes"):
        parser.add_argument(option)
    parser.add_argument("--verify-tag", action="store_true")
    given = parser.parse_intermixed_args(words)
    if given.word == "download":
        demand("contents", "read")
        found = sorted((FORGE / "releases").iterdir(), key=lambda path: path.stat().st_mtime)
        if not found:
            refuse("release not found")
        shutil.copy(found[-1] / given.pattern, given.dir)
        return
    demand("contents", "write")
    tag, *files = given.names
    tags = subprocess.run(
        ["git", "-C", load("repository"), "tag"], capture_output=True, text=True, check=True
    ).stdout.split()
    if tag not in tags:
        refuse(f"tag {tag} doesn't exist in the repo")
    folder = FORGE / "releases" / tag
    folder.mkdir()
    for file in files:
        shutil.copy(file, folder)


def issue(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("word")
    parser.add_argument("number", nargs="?")
    for option in ("--repo", "--label", "--state", "--limit", "--json", "--jq", "--body-file", "--title"):
        parser.add_argument(option)
    given = parser.parse_intermixed_args(words)
    demand("issues", "read" if given.word == "list" else "write")
    issues = load("issues")
    if given.word == "list":
        assert (given.state, given.jq) == ("all", '.[0].number // ""')
        found = [one["number"] for one in issues if given.label in one["labels"]]
        print(found[-1] if found else "")
        return
    if given.word == "create":
        assert len(Path(given.body_file).read_text()) <= 65536
        issues.append(
            {"number": len(issues) + 1, "title": given.title, "labels": [given.label], "state": "open", "body": ""}
        )
        given.number = str(len(issues))
    one = issues[int(given.number) - 1]
    if given.body_file:
        one["body"] = Path(given.body_file).read_text()
    one["state"] = {"close": "closed", "reopen": "open"}.get(given.word, one["state"])
    save("issues", issues)


def main(words: list[str]) -> None:
    commands = {"api": api, "release": release, "issue": issue}
    if words[:2] == ["label", "create"]:
        demand("issues", "write")
    elif words and words[0] in commands:
        commands[words[0]](words[1:])
    else:
        refuse(f"unknown command {words}")


main(sys.argv[1:])
