"""The page and the API, through the application itself."""

import pytest
from image_router.rule_book import RuleBook
from image_router.web import COOKIE, SESSION_SECONDS, make_app
from starlette.testclient import TestClient

TOKEN = "a-token-for-tests-only"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
RULE = {"name": "chest", "when": {"modality": "CT"}, "to": ["folder:chest"]}


class Clock:
    """Seconds that stand still until a test moves them."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def book(tmp_path):
    return RuleBook(tmp_path / "rules.txt")


@pytest.fixture
def client(book, clock):
    return TestClient(make_app(book, TOKEN, clock), base_url="https://router.example", follow_redirects=False)


def log_in(client):
    return client.post("/login", data={"token": TOKEN})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_rules_need_the_token(client, book, headers):
    assert client.get("/api/rules", headers=headers).status_code == 401
    assert client.post("/api/rules", json=RULE, headers=headers).status_code == 401
    assert client.delete("/api/rules/chest", headers=headers).status_code == 401
    assert client.post("/add", data={"rule": "a: -> folder:a"}).status_code == 403
    assert client.post("/remove", data={"rule": "a"}).status_code == 403
    assert book.rules() == ()


def test_rules_are_added_listed_and_removed(client, book, tmp_path):
    assert client.post("/api/rules", json=RULE, headers=BEARER).status_code == 201
    assert client.get("/api/rules", headers=BEARER).json() == [RULE]
    assert RuleBook(tmp_path / "rules.txt").rules() == book.rules()
    assert client.delete("/api/rules/chest", headers=BEARER).status_code == 204
    assert client.delete("/api/rules/chest", headers=BEARER).status_code == 404
    assert book.rules() == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[" * 50_000, 400), (b"{}", 422), (b"\xff", 400), (b"9" * 5000, 400), (b" " * 70_000, 413)],
)
def test_bad_bodies_are_refused(client, body, status):
    answer = client.post("/api/rules", content=body, headers=BEARER)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_same_name_twice_is_refused(client):
    client.post("/api/rules", json=RULE, headers=BEARER)
    assert client.post("/api/rules", json=RULE, headers=BEARER).status_code == 422


def test_page_asks_for_the_token_first(client):
    assert "password" in client.get("/").text
    assert client.post("/login", data={"token": "wrong"}).status_code == 403


def test_rule_text_is_escaped_in_html(client):
    log_in(client)
    rule = 'evil: description="<script>alert(1)</script>" -> folder:a'
    assert client.post("/add", data={"rule": rule}).status_code == 303
    page = client.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    refused = client.post("/add", data={"rule": "<img src=x>: -> folder:a"})
    assert "<img" not in refused.text


def test_rules_are_changed_on_the_page(client, book):
    log_in(client)
    client.post("/add", data={"rule": "chest: modality=CT -> folder:chest"})
    assert "modality = CT" in client.get("/").text
    client.post("/remove", data={"rule": "chest"})
    assert book.rules() == ()


def test_session_ends(client, clock):
    log_in(client)
    assert "Add a rule" in client.get("/").text
    clock.now = SESSION_SECONDS + 1
    assert "Add a rule" not in client.get("/").text


def test_cookie_is_for_this_site_alone(client):
    cookie = log_in(client).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert word in cookie


def test_request_of_another_site_changes_nothing(client, book):
    log_in(client)
    answer = client.post("/add", data={"rule": "a: -> folder:a"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert book.rules() == ()


def test_headers_are_on_every_answer(client):
    for answer in (client.get("/"), client.get("/api/rules"), client.get("/nowhere")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_short_token_is_refused(book):
    with pytest.raises(ValueError, match="16"):
        make_app(book, "short")
