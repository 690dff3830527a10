"""The session cookie: whose requests it lets in, and how it is renewed."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from codeact_server.access_settings import Access, SessionCookie
from codeact_web.testing import Reply

CHAT = "/v1/chat/completions"
GOOD = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
SECRET = "s" * 32
PUBLIC = "https://agent.example/agent"


def session(**cookie) -> Access:
    return Access(mode="session", session=SessionCookie(secret=SECRET, **cookie))


def ours(client: httpx.Client, **more: str) -> dict[str, str]:
    return {"origin": str(client.base_url).rstrip("/"), "sec-fetch-site": "same-origin", **more}


def code_of(response: httpx.Response) -> str:
    return response.json()["error"]["code"]


def parts(response: httpx.Response) -> tuple[str, set[str]]:
    (cookie,) = response.headers.get_list("set-cookie")
    first, *rest = cookie.split("; ")
    return first, set(rest)


@pytest.fixture
def client(start: Callable[..., httpx.Client], upstream) -> httpx.Client:
    return start(upstream.base_url, access=session())


def test_our_page_gets_a_cookie_that_lets_it_ask(client, upstream):
    page = client.get("/")
    cookie, flags = parts(page)
    assert cookie.startswith("codeact_session=")
    assert flags == {"Path=/", "Max-Age=3600", "HttpOnly", "SameSite=Strict"}
    assert page.headers["cache-control"] == "private, no-cache"
    upstream.reply(Reply(text="hello"))
    assert client.post(CHAT, json=GOOD, headers=ours(client)).status_code == 200
    assert client.get("/v1/models", headers={"sec-fetch-site": "same-origin"}).status_code == 200
    assert "set-cookie" not in client.get("/").headers  # it has one that is fresh
    assert "cookie" not in upstream.requests[0].headers


def test_only_pages_get_one(client):
    for path in ("/page.js", "/site.json", "/healthz", "/sandbox/frame.html", "/missing.html", "/v1/models"):
        assert "set-cookie" not in client.get(path).headers, path
    assert "set-cookie" not in client.get("/", headers={"sec-fetch-dest": "image"}).headers
    fresh = client.get("/", headers={"sec-fetch-dest": "iframe"})
    assert "set-cookie" in fresh.headers
    client.cookies.clear()
    same = client.get("/", headers={"if-none-match": fresh.headers["etag"]})
    assert (same.status_code, "set-cookie" in same.headers) == (304, True)


def test_a_stranger_has_none(client, upstream):
    response = client.post(CHAT, json=GOOD, headers=ours(client))
    assert (response.status_code, code_of(response)) == (401, "session_needed")
    for forged in ("x", "x.y.z", f"ab.{int(time.time())}.sig"):
        response = client.post(CHAT, json=GOOD, headers=ours(client, cookie=f"codeact_session={forged}"))
        assert response.status_code == 401
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),  # a browser says where it comes from
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "{own}.evil.example"}, 403),
        ({"origin": "{own}", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "{own}", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "{own}", "sec-fetch-site": "none"}, 403),
        ({"origin": "{own}", "content-type": "text/plain"}, 415),
        ({"origin": "{own}", "content-type": "application/x-www-form-urlencoded"}, 415),
        ({"origin": "{own}", "content-type": "text/plain; application/json"}, 415),
        ({"origin": "{own}", "content-type": ""}, 415),
    ],
)
def test_another_sites_page_cannot_use_it(client, upstream, headers, status):
    client.get("/")
    own = ours(client)["origin"]
    sent = {"content-type": "application/json", **{name: value.format(own=own) for name, value in headers.items()}}
    for path in (CHAT, "/v1/session"):
        assert client.post(path, content=b"{}", headers=sent).status_code == status
    assert upstream.requests == []
    assert client.get("/v1/models", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_two_origins_are_none(client, upstream):
    client.get("/")
    own = ours(client)["origin"]
    twice = [("origin", own), ("origin", own), ("content-type", "application/json")]
    assert client.post(CHAT, content=b"{}", headers=twice).status_code in (400, 403)
    assert upstream.requests == []


def test_it_is_renewed_by_use_and_stays_the_same_session(start, upstream, monkeypatch):
    client = start(upstream.base_url, access=session(minutes=10))
    name = client.get("/").cookies["codeact_session"].split(".")[0]
    assert "set-cookie" not in client.get("/v1/models").headers
    shown = time.time
    monkeypatch.setattr(time, "time", lambda: shown() + 6 * 60)
    renewed, _ = parts(client.get("/v1/models"))
    assert renewed.startswith(f"codeact_session={name}.")
    monkeypatch.setattr(time, "time", lambda: shown() + 12 * 60)  # past the first cookie's life
    assert client.get("/v1/models").status_code == 200
    monkeypatch.setattr(time, "time", lambda: shown() + 60 * 60)
    assert code_of(client.get("/v1/models")) == "session_needed"
    begun = client.post("/v1/session", json={}, headers=ours(client))
    assert (begun.status_code, begun.content) == (204, b"")
    assert client.get("/v1/models").status_code == 200
    monkeypatch.undo()  # the clock is set back: what was signed in the future does not count
    assert code_of(client.get("/v1/models")) == "session_needed"
    assert client.post("/v1/session", json={}, headers=ours(client)).status_code == 204
    assert client.get("/v1/models").status_code == 200


def test_servers_with_one_secret_know_each_others_sessions(start, upstream):
    one, other, stranger = (
        start(upstream.base_url, access=access) for access in (session(), session(), Access(mode="session"))
    )
    cookie = one.get("/").cookies["codeact_session"]
    for client, status in ((other, 200), (stranger, 401)):
        sent = {"cookie": f"codeact_session={cookie}"}
        assert client.get("/v1/models", headers=sent).status_code == status


def test_behind_https_under_a_path_and_in_frames_of_other_sites(start, upstream):
    at_path = start(upstream.base_url, access=session(), public_url=PUBLIC)
    named = {"host": "agent.example"}
    cookie, flags = parts(at_path.get("/", headers=named))
    assert cookie.startswith("codeact_session=")
    assert flags == {"Path=/agent/", "Max-Age=3600", "HttpOnly", "Secure", "SameSite=Strict"}
    at_root = start(upstream.base_url, access=session(), public_url="https://agent.example")
    cookie, flags = parts(at_root.get("/", headers=named))
    assert cookie.startswith("__Host-codeact_session=")
    upstream.reply(Reply(text="hello"))
    sent = {**named, "cookie": cookie, "origin": "https://agent.example"}
    assert at_root.post(CHAT, json=GOOD, headers=sent).status_code == 200
    wrong = {**sent, "origin": str(at_root.base_url).rstrip("/")}
    assert at_root.post(CHAT, json=GOOD, headers=wrong).status_code == 403
    embedded = start(upstream.base_url, access=session(), widget_origins=("https://shop.example",))
    cookie, flags = parts(embedded.get("/"))
    assert cookie.startswith("__Host-codeact_session=")
    assert flags == {"Path=/", "Max-Age=3600", "HttpOnly", "Secure", "SameSite=None", "Partitioned"}


def test_without_the_mode_there_is_no_session(start, upstream):
    client = start(upstream.base_url)
    assert "set-cookie" not in client.get("/").headers
    assert client.post("/v1/session", json={}, headers=ours(client)).status_code in (404, 405)
