"""
Searches texts in a process of its own: `python -I -m sdlc.searching.worker`, texts on stdin, what was found on stdout.

A process, because a pattern that does not end can then be stopped, and because detect-secrets is other people's code.
Of detect-secrets only the patterns are used, never its network verification. Nothing that was read is ever part of an
error message: the value of a credential leaves this process through the one answer, and nowhere else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

from sdlc.credentials.kinds import load_kinds
from sdlc.credentials.search import TooManyError, search

SCHEMA = "sdlc.search/1"
PLUGINS = (
    ("artifactory", "ArtifactoryDetector"),
    ("aws", "AWSKeyDetector"),
    ("azure_storage_key", "AzureStorageKeyDetector"),
    ("cloudant", "CloudantDetector"),
    ("discord", "DiscordBotTokenDetector"),
    ("github_token", "GitHubTokenDetector"),
    ("gitlab_token", "GitLabTokenDetector"),
    ("ibm_cloud_iam", "IbmCloudIamDetector"),
    ("ibm_cos_hmac", "IbmCosHmacDetector"),
    ("mailchimp", "MailchimpDetector"),
    ("npm", "NpmDetector"),
    ("openai", "OpenAIDetector"),
    ("pypi_token", "PypiTokenDetector"),
    ("sendgrid", "SendGridDetector"),
    ("slack", "SlackDetector"),
    ("softlayer", "SoftlayerDetector"),
    ("square_oauth", "SquareOAuthDetector"),
    ("stripe", "StripeDetector"),
    ("telegram_token", "TelegramBotTokenDetector"),
    ("twilio", "TwilioKeyDetector"),
)
"""Those of detect-secrets that know a form. Its entropy, keyword and address plug-ins are left out: they guess."""


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
    plugins = list(_plugins())
    rows: list[dict[str, Any]] = []
    overflows: list[int] = []
    for number in range(head["documents"]):
        about = json.loads(stream.readline())
        text = _exactly(stream, about["bytes"]).decode(about["encoding"])
        binary = bool(about["binary"])
        second = [] if binary else [str(value) for plugin in plugins for value in plugin.analyze_string(text)]
        try:
            found = search(text, about["path"], kinds, binary=binary, second=second)
        except TooManyError:
            overflows.append(number)
            continue
        rows += [{"document": number, **vars(match)} for match in found]
    return {"schema": SCHEMA, "documents": head["documents"], "overflows": overflows, "matches": rows}


def _plugins() -> Iterable[Any]:
    import importlib

    for module, name in PLUGINS:
        yield getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)()


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError("the request ends too early")
    return data


if __name__ == "__main__":
    sys.exit(main())
