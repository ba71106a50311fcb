"""
The whole job on a real product: check → manifest → approve → sign → bundle → verify, and a forgery refused.

Copies `image-router` into a fresh git repository in a temporary folder and drives the `sdlc` command as its users
would. `--blocked` seeds four defects on a branch first and shows that each is found and nothing gets signed.
Dates are written at run time, so that the demonstration works in any year.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

EXAMPLES = Path(__file__).parent.resolve()
SDLC = Path(sys.executable).parent / "sdlc"
BOLD, DIM, RESET = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")

AUTHOR = ("Dana Developer", "dana@imaging.example")
APPROVERS = {
    "a-tanaka": ("Akira Tanaka", "tanaka@imaging.example"),
    "m-weber": ("Maria Weber", "weber@imaging.example"),
}

DEFECTS = (
    ("static-analysis", "command-injection", "shell command"),
    ("vulnerabilities", "IMGR-2026-0007", "click 8.1.7"),
    ("fuzz", "FUZZ-CRASH", "fuzz_rules_text"),
    ("threat-model", "TM302", "test_unknown_ae_title_is_rejected"),
)
"""Gate, rule and a part of the message of what `seed_defects.py` seeds."""


def main() -> int:
    """Run the demonstration; 0 when every step came out as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocked", action="store_true", help="seed four defects; expect exit code 1")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sdlc-demo-"))
    product = make_repository(folder / "image-router")
    keys = make_keys(folder / "keys")
    trust = make_trust(folder / "trust.json", keys, product)
    started = time.monotonic()
    code = show_blocked(product, keys, trust) if arguments.blocked else show_release(folder, product, keys, trust)
    say(f"{time.monotonic() - started:.0f} s in all; everything lies in {folder}")
    return code


def show_release(folder: Path, product: Path, keys: Path, trust: Path) -> int:
    """The clean product: allowed, approved by two, signed, verified; one flipped byte: refused."""
    step("1. All gates look at the product")
    sdlc("check", str(product), "--profile", "release", expect=0)

    step("2. What is proposed for release becomes a closed, signed candidate")
    secret = ("--passphrase-file", str(keys / "passphrase"))
    sdlc("release", "prepare", str(product), "--key", str(keys / "runner.pem"), "--trust", str(trust),
         "--first", *secret, expect=0)  # fmt: skip

    step("3. Nobody can sign before the quorum")
    bundle = folder / "image-router-1.0.0.evidence.zip"
    sign = ("release", "sign", str(product), "--key", str(keys / "signer.pem"), "--trust", str(trust),
            "--out", str(bundle), *secret)  # fmt: skip
    sdlc(*sign, expect=1)

    step("4. Two persons approve under their own names")
    for person, meaning in zip(APPROVERS, ("review", "approval"), strict=True):
        sdlc("approve", str(product), "--as", person, "--key", str(keys / f"{person}.pem"), "--trust", str(trust),
             "--meaning", meaning, *secret, expect=0)  # fmt: skip

    step("5. The release is signed into one evidence bundle")
    sdlc(*sign, expect=0)

    step("6. Anybody verifies it, offline, with the trust root alone")
    sdlc("verify", str(bundle), "--trust", str(trust), expect=0)

    step("7. One byte flipped in a copy")
    forged = folder / "forged.evidence.zip"
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 0x01
    forged.write_bytes(data)
    sdlc("verify", str(forged), "--trust", str(trust), expect=1)

    page = folder / "report.html"
    with zipfile.ZipFile(bundle) as archive:
        page.write_bytes(archive.read("report.html"))
    print()
    say(f"bundle: {bundle}")
    say(f"page:   {page}")
    return 0


def show_blocked(product: Path, keys: Path, trust: Path) -> int:
    """Four seeded defects on a branch: each named with place and fix, and nothing gets signed."""
    step("1. A branch brings four defects")
    git(product, "switch", "-q", "-c", "feature")
    run([sys.executable, str(EXAMPLES / "seed_defects.py"), str(product)], expect=0)
    git(product, "commit", "-qam", "Add a preview and an upgrade")

    step("2. The pull request is checked: only what is new blocks")
    sdlc("check", str(product), "--since", "main", expect=1)

    step("3. As a release candidate it is refused as well")
    sdlc("check", str(product), "--profile", "release", "--format", "json", expect=1, quiet=True)
    show_defects(product)
    secret = ("--passphrase-file", str(keys / "passphrase"))
    sdlc("release", "prepare", str(product), "--key", str(keys / "runner.pem"), "--trust", str(trust),
         "--first", *secret, expect=1)  # fmt: skip

    step("4. Signing it is refused")
    bundle = product.parent / "must-not-exist.evidence.zip"
    sdlc("release", "sign", str(product), "--key", str(keys / "signer.pem"), "--trust", str(trust),
         "--out", str(bundle), *secret, expect=1)  # fmt: skip
    if bundle.exists():
        raise SystemExit("a bundle was written although the verdict is blocked")
    return 1


def show_defects(product: Path) -> None:
    """The four defects, each found by its gate at its place; stops the demonstration when one was missed."""
    record = json.loads((product / ".sdlc" / "out" / "check.json").read_text())
    found = [(rule["gate"], finding) for rule in record["verdict"]["rules"] for finding in rule["findings"]]
    for gate, rule, said in DEFECTS:
        finding = next((f for of, f in found if of == gate and f["rule"] == rule and said in f["message"]), None)
        if finding is None:
            raise SystemExit(f"the seeded defect for {gate} was not found")
        say(f"  {gate:<16} {finding['place']['path']}:{finding['place']['line']}  {rule}: {finding['message']}")
        say(f"  {'':<16} fix: {finding['fix']}")


def make_repository(product: Path) -> Path:
    """A fresh git repository with the example: a base commit, and a head commit on top."""
    shutil.copytree(EXAMPLES / "image-router", product, ignore=shutil.ignore_patterns("__pycache__", "out", "env"))
    today = datetime.now(UTC)  # noqa: TID251 - the demonstration is its own clock
    freshen(product, today)
    git(product, "init", "-q", "-b", "main")
    git(product, "add", "-A")
    git(product, "commit", "-qm", "image-router 1.0.0")
    readme = product / "README.md"
    readme.write_text(readme.read_text() + "\nReleased with secure-sdlc.\n")
    git(product, "commit", "-qam", "Say how it is released")
    return product


def freshen(product: Path, now: datetime) -> None:
    """Write the dates that must not be old: the feed's, and the acceptances' expiry."""
    feed = product / "advisories" / "feed.json"
    document = json.loads(feed.read_text())
    document["published"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    feed.write_text(json.dumps(document, indent=2) + "\n")
    acceptances = product / "threat_models" / "acceptances.yaml"
    if acceptances.exists():
        expires: date = (now + timedelta(days=90)).date()
        accepted: date = now.date()
        text = re.sub(r"(?m)^(\s+expires:).*$", rf"\1 {expires}", acceptances.read_text())
        acceptances.write_text(re.sub(r"(?m)^(\s+accepted:).*$", rf"\1 {accepted}", text))


def make_keys(folder: Path) -> Path:
    """Throw-away keys of the runner, two approvers and the release signer, under one passphrase."""
    folder.mkdir(mode=0o700)
    (folder / "passphrase").write_text("for this demonstration only\n")
    (folder / "passphrase").chmod(0o600)
    for name in ("runner", *APPROVERS, "signer"):
        sdlc("key", "new", str(folder / f"{name}.pem"), "--passphrase-file", str(folder / "passphrase"),
             expect=0, quiet=True)  # fmt: skip
    return folder


def make_trust(path: Path, keys: Path, product: Path) -> Path:
    """The trust root: who may do what, with which key, under which policy."""
    until = (datetime.now(UTC) + timedelta(days=365)).strftime("%Y-%m-%d")  # noqa: TID251
    sdlc("trust", "init", str(path), "--product", "image-router", "--approvals", "2", "--expires", until,
         "--policy", str(product / ".sdlc" / "policy.toml"), expect=0, quiet=True)  # fmt: skip
    persons = {"d-developer": AUTHOR, **APPROVERS}
    for person, (name, email) in persons.items():
        sdlc("trust", "add-person", str(path), person, "--name", name, "--email", email, expect=0, quiet=True)
    roles = {"runner": "runner", "signer": "release-signer"}
    for name, role in roles.items():
        sdlc("trust", "add-key", str(path), str(keys / f"{name}.pem.pub"), "--role", role, expect=0, quiet=True)
    for person in APPROVERS:
        sdlc("trust", "add-key", str(path), str(keys / f"{person}.pem.pub"), "--person", person,
             "--role", "approver", expect=0, quiet=True)  # fmt: skip
    return path


def sdlc(*arguments: str, expect: int, quiet: bool = False) -> None:
    """Run the `sdlc` command, shown as a user would type it."""
    if not quiet:
        say(f"{DIM}$ sdlc {' '.join(shorten(argument) for argument in arguments)}{RESET}")
    run([str(SDLC), *arguments], expect=expect, quiet=quiet)


def run(command: list[str], *, expect: int, quiet: bool = False) -> None:
    """Run a program; stop the demonstration when it does not end with the code `expect`."""
    done = subprocess.run(command, capture_output=quiet, text=True, check=False)
    if done.returncode != expect:
        sys.stderr.write((done.stdout or "") + (done.stderr or "") if quiet else "")
        raise SystemExit(f"{Path(command[0]).name} {command[1]} ended with {done.returncode}, {expect} was expected")
    if not quiet:
        say(f"{DIM}(exit code {done.returncode}){RESET}")


def git(repository: Path, *arguments: str) -> None:
    """Run git under the author's name, whatever the machine's own configuration says."""
    name, email = AUTHOR
    identity = ["-c", f"user.name={name}", "-c", f"user.email={email}", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=repository, check=True)


def shorten(argument: str) -> str:
    """The last part of a path: what a reader needs to recognize it."""
    return Path(argument).name if "/" in argument else argument


def step(text: str) -> None:
    """A heading."""
    print(f"\n{BOLD}{text}{RESET}", flush=True)


def say(text: str) -> None:
    """A plain line."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
