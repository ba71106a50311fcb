"""The only client of ours that talks to the outside: HTTP with a time limit, a size limit and no redirect."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any

from sdlc.errors import ToolError, UsageError

SECONDS = 30.0
DEADLINE = 900.0
MAX_ANSWER = 1024 * 1024
CHUNK = 64 * 1024
OFFLINE = "SDLC_OFFLINE"


class Network:
    """Requests as the user's `environment` says: `https_proxy` and `http_proxy` name proxies.

    `SDLC_OFFLINE`, set to anything but 0, is the offline switch: every request is refused before it is made. `seconds`
    bounds each wait for the other side, `deadline` a whole download.
    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, seconds: float = SECONDS, deadline: float = DEADLINE
    ) -> None:
        found = environment or {}
        names = ("http", "https")
        self._proxies = {n: url for n in names if (url := found.get(f"{n}_proxy") or found.get(f"{n}_proxy".upper()))}
        self._offline = found.get(OFFLINE, "") not in ("", "0")
        self._seconds, self._deadline = seconds, deadline

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """The answer to `body`; raises UsageError for another kind of URL, ToolError for anything but a 200."""
        return self._ask(url, MAX_ANSWER, data=body, headers={"Content-Type": content_type}, method="POST")

    def get(self, url: str, max_bytes: int) -> bytes:
        """What is at `url`, whole, at most `max_bytes` of it; raises as `post` does."""
        return self._ask(url, max_bytes, method="GET")

    def _ask(self, url: str, max_bytes: int, **request: Any) -> bytes:
        import urllib.error  # here, since no other command pays for it
        import urllib.request
        from http.client import HTTPException

        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{url:.100} is no http or https address", hint="write it with https://")
        if self._offline:
            hint = f"unset {OFFLINE}, or bring the file by hand"
            raise UsageError(f"{url:.100} is not asked: {OFFLINE} is set", hint=hint)
        try:
            asked = urllib.request.Request(url, **request)  # noqa: S310
            with self._opener().open(asked, timeout=self._seconds) as reply:
                answer = self._read(reply, url, max_bytes)
        except urllib.error.HTTPError as error:
            raise ToolError(f"{url:.100} answered {error.code}", hint="try again, or name another server") from None
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ToolError(f"{url:.100} does not answer: {reason}", hint="try again, or name another server") from None
        if len(answer) > max_bytes:
            raise ToolError(f"{url:.100} answered more than {max_bytes} bytes", hint="name another server")
        return answer

    def _read(self, reply: Any, url: str, max_bytes: int) -> bytes:
        """Attack: a server that sends one byte a minute is never late for any single one."""
        ends, parts, left = monotonic() + self._deadline, [], max_bytes + 1
        while left > 0 and (part := reply.read1(min(left, CHUNK))):
            parts.append(part)
            left -= len(part)
            if monotonic() > ends:
                text = f"{url:.100} needs more than {self._deadline:g} seconds"
                raise ToolError(text, hint="try again, or name a nearer server")
        said = reply.headers.get("Content-Length", "")
        if left > 0 and said.isdecimal() and int(said) != max_bytes + 1 - left:
            raise ToolError(f"{url:.100} broke off before its end", hint="try again")
        return b"".join(parts)

    def _opener(self) -> Any:
        import urllib.request

        class NoRedirect(urllib.request.HTTPRedirectHandler):
            """Attack: a server that is asked by name sends us to one of the own network."""

            def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
                return None

        return urllib.request.build_opener(urllib.request.ProxyHandler(self._proxies), NoRedirect())
