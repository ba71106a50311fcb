"""`sdlc feed`: advisory feeds as dated, hashed folders, for networks without a way out."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from sdlc.disk import replace_file, storage_error
from sdlc.errors import BlockedError, UsageError
from sdlc.feeds.feed import Feed, feed_of, open_feed
from sdlc.feeds.importing import import_feed
from sdlc.feeds.members import MAX_FEED, file_bytes, members_of, unpacked
from sdlc.formats import strict_json
from sdlc.formats.terminal import printable
from sdlc.session import Session

SHOWN = 20
LOOPBACK = ("127.0.0.1", "::1", "localhost")
OUT = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder to make; it must not exist."
)
NAME = click.option("--name", default="", help="What to call it; default: the name of SOURCE.")
PUBLISHED = click.option("--published", default="", metavar="TIME", help="Of when it is; default: its newest record.")


@click.group(name="feed")
def command() -> None:
    """Make, fetch and show advisory feeds."""


@command.command(name="import")
@click.argument("source", type=click.Path(path_type=Path))
@OUT
@click.option("--kev", type=click.Path(path_type=Path), help="The catalogue of known exploited vulnerabilities, JSON.")
@click.option("--epss", type=click.Path(path_type=Path), help="EPSS scores, CSV.")
@click.option("--source", "origin", default="", help="Where it came from; default: the name of SOURCE.")
@NAME
@PUBLISHED
@click.pass_obj
def import_(
    session: Session,
    source: Path,
    out: Path,
    kev: Path | None,
    epss: Path | None,
    origin: str,
    name: str,
    published: str,
) -> None:
    """Make a feed folder of SOURCE: a folder of OSV files, a .json, .jsonl, .gz of them, or a .zip."""
    _refuse_existing(out)
    for file in (kev, epss):
        if file is not None and not file.is_file():
            raise UsageError(f"{file} is no file", hint="name the file that was fetched")
    beside = [None if file is None else file_bytes(file) for file in (kev, epss)]
    named, origin = name or source.resolve().name, origin or source.resolve().name
    _make(session, open_feed(source), beside[0], beside[1], out, named, origin, published)


@command.command()
@click.argument("url")
@OUT
@click.option("--kev", metavar="URL", help="The catalogue of known exploited vulnerabilities, JSON.")
@click.option("--epss", metavar="URL", help="EPSS scores, CSV or CSV.gz.")
@click.option("--sha256", "expected", default="", metavar="HEX", help="What the file at URL must be.")
@NAME
@PUBLISHED
@click.pass_obj
def fetch(
    session: Session, url: str, out: Path, kev: str | None, epss: str | None, expected: str, name: str, published: str
) -> None:
    """Fetch a feed from a mirror at URL (.json, .jsonl, .gz of them, or .zip) and make a feed folder of it."""
    _refuse_existing(out)
    for address in filter(None, (url, kev, epss)):
        _demand_secure(address, pinned=address == url and bool(expected))
    file = _file_of(url)
    data = session.network.get(url, MAX_FEED)
    found = hashlib.sha256(data).hexdigest()
    if expected and found != expected.lower():
        text = f"{url:.100} has the SHA-256 {found}, not {expected:.64}"
        raise BlockedError("feed-differs", text, hint="ask the mirror's keeper; nothing was written")
    beside = [
        None if one is None else unpacked(session.network.get(one, MAX_FEED), _file_of(one)) for one in (kev, epss)
    ]
    _make(
        session,
        feed_of(members_of(data, file), {}, None, name=file),
        beside[0],
        beside[1],
        out,
        name or file,
        url,
        published,
    )


@command.command()
@click.argument("feed", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document, schema sdlc.feed-identity/1.")
def show(feed: Path, as_json: bool) -> None:
    """Show what FEED is: name, source, date, count, digest, and what is wrong in its records."""
    opened = open_feed(feed)
    if as_json:
        document = {"schema": "sdlc.feed-identity/1", "source": opened.source, "problems": list(opened.problems)}
        click.echo(strict_json.pretty({**opened.identity, **document}).decode(), nl=False)
        return
    click.echo("".join(f"{printable(line)}\n" for line in page(opened)), nl=False)


def page(feed: Feed) -> list[str]:
    """The lines that a person reads."""
    gone = sum(1 for row in feed.records.values() if row.advisory.withdrawn)
    disputed = sum(1 for row in feed.records.values() if row.advisory.disputed)
    lines = [
        f"feed      {feed.name}",
        f"source    {feed.source or 'not said'}",
        f"published {feed.published}",
        f"records   {len(feed.records)}: {feed.standing} of PyPI stand, {gone} withdrawn, {disputed} disputed",
        f"sha256    {feed.digest}",
    ]
    if feed.exploited is not None:
        lines.append(f"exploited {len(feed.exploited.since)} known, of {feed.exploited.published}")
    if feed.scores is not None:
        lines.append(f"epss      {len(feed.scores.of)} scores, of {feed.scores.published}")
    lines.append(
        f"problems  {len(feed.problems)}{', named here; what else these records say counts' if feed.problems else ''}"
    )
    lines += [f"  {problem}" for problem in feed.problems[:SHOWN]]
    more = len(feed.problems) - SHOWN
    return [*lines, f"  and {more} more: --json"] if more > 0 else lines


def _make(
    session: Session,
    feed: Feed,
    kev: bytes | None,
    epss: bytes | None,
    out: Path,
    name: str,
    source: str,
    published: str,
) -> None:
    """Write the folder beside its place and move it there: it is whole, or it is not there."""
    made = import_feed(feed, kev, epss, name=name, source=source, published=published, now=session.now)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    for file, data in made.files.items():
        replace_file(session.disk, partial / file, data)
    try:
        session.disk.rename(partial, out)
    except OSError as error:
        raise storage_error(out, error) from error
    click.echo("".join(f"{printable(line)}\n" for line in page(made.feed)), nl=False)
    if made.others:
        click.echo(f"left out  {made.others} records of other ecosystems")
    click.echo(f"wrote     {out}\nnext      [gates.vulnerabilities] feed = {str(out)!r} in sdlc.toml")


def _refuse_existing(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} exists; a feed is never written over", hint="name a folder with today's date")


def _demand_secure(url: str, *, pinned: bool) -> None:
    """Attack: whoever is on the way takes one record out, and nobody sees it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise UsageError(f"{url:.100} is no address", hint="name an https address") from None
    if parts.username or parts.password:
        raise UsageError("an address with a password is not taken: it would stand in feed.json", hint="leave it out")
    if parts.scheme == "http" and not pinned and host not in LOOPBACK:
        raise UsageError(f"{url:.100} is not encrypted", hint="name an https address, or pin the file with --sha256")


def _file_of(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2] or "feed"
