"""
Searches texts in a process of its own: `python -I -m sdlc.searching.worker`, texts on stdin, what was found on stdout.

A process, because a pattern that does not end can then be stopped, and because detect-secrets is other people's code.
Of detect-secrets only the patterns are used, never its network verification. Nothing that was read is ever part of an
error message: the value of a credential leaves this process through the one answer, and nowhere else.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.search import TooManyError, search

SCHEMA = "sdlc.search/1"
PLUGINS = (
    ("artifactory", "ArtifactoryDetector", ("artifactory", "jfrog")),
    ("aws", "AWSKeyDetector", ("aws",)),
    ("azure_storage_key", "AzureStorageKeyDetector", ("accountkey",)),
    ("cloudant", "CloudantDetector", ("cloudant",)),
    ("discord", "DiscordBotTokenDetector", ("discord",)),
    ("github_token", "GitHubTokenDetector", ("gh",)),
    ("gitlab_token", "GitLabTokenDetector", ("gl",)),
    ("ibm_cloud_iam", "IbmCloudIamDetector", ("ibm",)),
    ("ibm_cos_hmac", "IbmCosHmacDetector", ("ibm",)),
    ("mailchimp", "MailchimpDetector", ("-us",)),
    ("npm", "NpmDetector", ("npm",)),
    ("openai", "OpenAIDetector", ("sk-",)),
    ("pypi_token", "PypiTokenDetector", ("pypi-",)),
    ("sendgrid", "SendGridDetector", ("sg.",)),
    ("slack", "SlackDetector", ("xox", "slack")),
    ("softlayer", "SoftlayerDetector", ("softlayer",)),
    ("square_oauth", "SquareOAuthDetector", ("sq0",)),
    ("stripe", "StripeDetector", ("_live_",)),
    ("telegram_token", "TelegramBotTokenDetector", ("telegram",)),
    ("twilio", "TwilioKeyDetector", ("twilio",)),
)
"""Those of detect-secrets that know a form, each with words of which one must occur: many would match any long name.
Its plug-ins for entropy, keywords and addresses are left out: they guess, and ours stand in their place."""

LEAST = 12
"""A shorter group of a pattern is no credential."""


def main() -> int:
    """Read the request, write the answer; on any error its type alone is said."""
    try:
        answer = _answer(sys.stdin.buffer)
    except Exception as error:
        sys.stderr.write(f"the search failed: {type(error).__name__}\n")
        return 1
    sys.stdout.write(json.dumps(answer))
    return 0


def _answer(stream: BinaryIO) -> dict[str, Any]:
    head = json.loads(stream.readline())
    kinds = load_kinds(_exactly(stream, head["kinds"]))
    plugins = [(_plugin(module, name), words) for module, name, words in PLUGINS]
    rows: list[dict[str, Any]] = []
    overflows: list[int] = []
    for number in range(head["documents"]):
        about = json.loads(stream.readline())
        text = _exactly(stream, about["bytes"]).decode(about["encoding"])
        binary = bool(about["binary"])
        second = [] if binary else list(_second_opinion(text, plugins))
        try:
            found = search(text, about["path"], kinds, binary=binary, second=second)
        except TooManyError:
            overflows.append(number)
            continue
        rows += [{"document": number, **vars(match)} for match in found]
    return {"schema": SCHEMA, "documents": head["documents"], "overflows": overflows, "matches": rows}


def _second_opinion(text: str, plugins: Iterable[tuple[Any, tuple[str, ...]]]) -> Iterator[str]:
    lower = text.lower()
    for plugin, words in plugins:
        if any(word in lower for word in words):
            for match in (match for regex in plugin.denylist for match in regex.finditer(text)):
                # Some of its groups are the credential, others a prefix; its own code takes either.
                longest = max(map(str, filter(None, match.groups())), key=len, default="")
                yield longest if len(longest) >= LEAST else match[0]


def _plugin(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError("the request ends too early")
    return data


if __name__ == "__main__":
    sys.exit(main())
