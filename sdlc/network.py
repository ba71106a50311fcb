"""The only client of ours that talks to the outside: HTTP with a time limit, a size limit and no redirect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdlc.errors import ToolError, UsageError

SECONDS = 30.0
MAX_ANSWER = 1024 * 1024


class Network:
    """Requests as the user's `environment` says: `https_proxy` and `http_proxy` name proxies."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        found = environment or {}
        names = ("http", "https")
        self._proxies = {n: url for n in names if (url := found.get(f"{n}_proxy") or found.get(f"{n}_proxy".upper()))}

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """The answer to `body`; raises UsageError for another kind of URL, ToolError for anything but a 200."""
        import urllib.error  # here, since no other command pays for it
        import urllib.request
        from http.client import HTTPException

        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{url:.100} is no http or https address")
        request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type}, method="POST")  # noqa: S310
        try:
            with self._opener().open(request, timeout=SECONDS) as reply:
                answer: bytes = reply.read(MAX_ANSWER + 1)
        except urllib.error.HTTPError as error:
            raise ToolError(f"{url:.100} answered {error.code}", hint="try again, or name another server") from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ToolError(f"{url:.100} does not answer: {reason}", hint="try again, or name another server") from None
        if len(answer) > MAX_ANSWER:
            raise ToolError(f"{url:.100} answered more than {MAX_ANSWER} bytes", hint="name another server")
        return answer

    def _opener(self) -> Any:
        import urllib.request

        class NoRedirect(urllib.request.HTTPRedirectHandler):
            """Attack: a server that is asked by name sends us to one of the own network."""

            def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
                return None

        return urllib.request.build_opener(urllib.request.ProxyHandler(self._proxies), NoRedirect())
