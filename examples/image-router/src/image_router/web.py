"""
The page and the JSON API for routing rules.

The API takes the administrator's token as a bearer token. The page takes it once and keeps a session in a cookie that
scripts cannot read and other sites cannot use. Without either, nothing is shown and nothing is changed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from image_router.page import STYLE, render_login, render_rules
from image_router.rule_book import RuleBook
from image_router.rules import RuleError, parse_rules, rule_from_json, rule_to_json

MAX_BODY = 64 * 1024
SESSION_SECONDS = 30 * 60
COOKIE = "__Host-session"
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class TooLongError(ValueError):
    """A request body over the limit."""


def make_app(book: RuleBook, token: str, clock: Callable[[], float] = time.monotonic) -> Starlette:
    """The application; `token` is the administrator's, `clock` counts seconds."""
    if len(token) < 16:
        raise ValueError("the token is shorter than 16 characters")
    pages = Pages(book, token, clock)
    routes = [
        Route("/", pages.show),
        Route("/login", pages.login, methods=["POST"]),
        Route("/add", pages.add, methods=["POST"]),
        Route("/remove", pages.remove, methods=["POST"]),
        Route("/api/rules", pages.api_list),
        Route("/api/rules", pages.api_add, methods=["POST"]),
        Route("/api/rules/{name}", pages.api_remove, methods=["DELETE"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=_guard)])


class Pages:
    """The handlers; sessions live in memory and end with the process."""

    def __init__(self, book: RuleBook, token: str, clock: Callable[[], float]) -> None:
        self._book = book
        self._token = token.encode()
        self._clock = clock
        self._sessions: dict[str, float] = {}

    async def show(self, request: Request) -> Response:
        """The rules, or the form that asks for the token."""
        if not self._has_session(request):
            return HTMLResponse(render_login())
        return HTMLResponse(render_rules(self._book.rules()))

    async def login(self, request: Request) -> Response:
        """Exchange the token for a session."""
        if not self._is_token(_field(await _body(request), "token")):
            return HTMLResponse(render_login("This is not the token."), status_code=403)
        session = secrets.token_urlsafe(32)
        now = self._clock()
        self._sessions = {key: until for key, until in self._sessions.items() if until > now}
        self._sessions[session] = now + SESSION_SECONDS
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(COOKIE, session, max_age=SESSION_SECONDS, secure=True, httponly=True, samesite="strict")
        return response

    async def add(self, request: Request) -> Response:
        """Add the rule of the form."""
        if not self._has_session(request):
            return HTMLResponse(render_login("Log in first."), status_code=403)
        try:
            for rule in parse_rules(_field(await _body(request), "rule")):
                self._book.add(rule)
        except RuleError as error:
            return HTMLResponse(render_rules(self._book.rules(), str(error)), status_code=422)
        return RedirectResponse("/", status_code=303)

    async def remove(self, request: Request) -> Response:
        """Remove the rule of the form."""
        if not self._has_session(request):
            return HTMLResponse(render_login("Log in first."), status_code=403)
        self._book.remove(_field(await _body(request), "rule"))
        return RedirectResponse("/", status_code=303)

    async def api_list(self, request: Request) -> Response:
        """GET: all rules."""
        if not self._has_bearer(request):
            return _unauthorized()
        return JSONResponse([rule_to_json(rule) for rule in self._book.rules()])

    async def api_add(self, request: Request) -> Response:
        """POST: add one rule."""
        if not self._has_bearer(request):
            return _unauthorized()
        body = await _body(request)
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):  # not only JSONDecodeError: a number of thousands of digits is none
            return JSONResponse({"error": "the body is not JSON"}, status_code=400)
        try:
            rule = rule_from_json(document)
            self._book.add(rule)
        except RuleError as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        return JSONResponse(rule_to_json(rule), status_code=201)

    async def api_remove(self, request: Request) -> Response:
        """DELETE: remove one rule."""
        if not self._has_bearer(request):
            return _unauthorized()
        if not self._book.remove(request.path_params["name"]):
            return JSONResponse({"error": "there is no such rule"}, status_code=404)
        return Response(status_code=204)

    def _is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(), self._token)

    def _has_bearer(self, request: Request) -> bool:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._is_token(text.strip())

    def _has_session(self, request: Request) -> bool:
        return self._sessions.get(request.cookies.get(COOKIE, ""), 0.0) > self._clock()


async def _guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Headers on every answer; a request of another site changes nothing."""
    origin = request.headers.get("origin")
    if request.method not in ("GET", "HEAD") and origin not in (None, f"{request.url.scheme}://{request.url.netloc}"):
        response: Response = JSONResponse({"error": "a request of another site"}, status_code=403)
    else:
        try:
            response = await answer(request)
        except TooLongError:
            response = JSONResponse({"error": f"more than {MAX_BODY} bytes"}, status_code=413)
    response.headers.update(HEADERS)
    return response


async def _body(request: Request) -> str:
    """The body as text, read only up to the limit."""
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BODY:
            raise TooLongError
    return data.decode("utf-8", "replace")


def _field(body: str, name: str) -> str:
    """One field of a form; empty when it is missing or the form is no form."""
    try:
        return parse_qs(body, max_num_fields=10).get(name, [""])[0]
    except ValueError:
        return ""


def _unauthorized() -> Response:
    return JSONResponse({"error": "a token is needed"}, status_code=401, headers={"WWW-Authenticate": "Bearer"})
