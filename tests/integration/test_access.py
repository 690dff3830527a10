"""Who may call the relay: over the address, with a token, through a proxy, and from pages of other origins."""

from __future__ import annotations

import httpx
import pytest
from codeact_server.access_settings import Access
from codeact_server.errors import SettingsError
from codeact_server.settings import load_settings
from codeact_web.testing import Reply

CHAT = "/v1/chat/completions"
GOOD = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
TOKEN = "t" + "0123456789abcdef" * 2
SHOP = "https://shop.example"
WITH_TOKEN = Access(mode="token", token=TOKEN, origins=(SHOP,))
BY_PROXY = Access(mode="header", trusted_proxies=("127.0.0.1", "10.0.0.0/8"))


def code_of(response: httpx.Response) -> str:
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    assert TOKEN not in response.text
    return error["code"]


def own(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")


def refused(response: httpx.Response, upstream, status: int, code: str) -> None:
    assert (response.status_code, code_of(response)) == (status, code)
    assert upstream.requests == []
    assert "access-control-allow-origin" not in response.headers


@pytest.fixture
def by_token(start, upstream):
    return start(upstream.base_url, access=WITH_TOKEN)


@pytest.mark.parametrize("header", ["authorization", "x-api-key"])
def test_the_token_lets_in(by_token, upstream, header):
    upstream.reply(Reply(text="hello"))
    value = f"Bearer {TOKEN}" if header == "authorization" else TOKEN
    response = by_token.post(CHAT, json=GOOD, headers={header: value})
    assert response.status_code == 200
    assert TOKEN not in str(upstream.requests[0].headers)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "token_needed"),
        ({"authorization": ""}, "token_needed"),
        ({"authorization": "Bearer"}, "token_needed"),
        ({"authorization": f"Basic {TOKEN}"}, "token_needed"),
        ({"cookie": f"codeact_session={TOKEN}"}, "token_needed"),
        ({"x-forwarded-user": "root"}, "token_needed"),
        ({"authorization": f"Bearer {TOKEN[:-1]}"}, "token_refused"),
        ({"authorization": f"Bearer {TOKEN}x"}, "token_refused"),
        ({"x-api-key": "ü".encode()}, "token_refused"),
        ({"authorization": f"Bearer {TOKEN}", "x-api-key": "another"}, "token_refused"),
    ],
)
@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/v1/files", "/v1/session"])
def test_nothing_passes_without_the_token(by_token, upstream, headers, code, path):
    refused(by_token.request("POST" if path == CHAT else "GET", path, headers=headers), upstream, 401, code)


def test_the_site_itself_is_open(by_token):
    for path in ("/", "/healthz", "/site.json", "/page.js"):
        assert by_token.get(path).status_code == 200
    assert by_token.get("/v1/files", headers={"x-api-key": TOKEN}).status_code == 404


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        f"{SHOP}.evil.example",
        "http://shop.example",
        f"{SHOP}:444",
        "null",
        "HTTP://localhost:1",
    ],
)
def test_a_page_of_another_origin_may_not_even_with_the_token(by_token, upstream, origin):
    headers = {"origin": origin, "x-api-key": TOKEN}
    refused(by_token.post(CHAT, json=GOOD, headers=headers), upstream, 403, "foreign_origin")
    asked = {"access-control-request-method": "POST", "access-control-request-private-network": "true"}
    preflight = by_token.options(CHAT, headers={"origin": origin, **asked})
    assert preflight.status_code == 403
    assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_a_named_origin_asks_with_the_token_and_reads_the_answer(by_token, upstream):
    asked = {
        "origin": SHOP,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-lang,x-evil",
        "access-control-request-private-network": "true",
    }
    preflight = by_token.options(CHAT, headers=asked)
    assert preflight.status_code == 204
    given = {name: value for name, value in preflight.headers.items() if name.startswith("access-control")}
    assert given == {
        "access-control-allow-origin": SHOP,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type, x-stainless-lang",
        "access-control-expose-headers": "retry-after, retry-after-ms, x-request-id, x-should-retry",
        "access-control-max-age": "600",
    }
    upstream.reply(Reply(text="hello"))
    answered = by_token.post(CHAT, json=GOOD, headers={"origin": SHOP, "authorization": f"Bearer {TOKEN}"})
    assert answered.status_code == 200
    without = by_token.post(CHAT, json=GOOD, headers={"origin": SHOP})
    assert (without.status_code, code_of(without)) == (401, "token_needed")  # which that page can read
    for response in (answered, without):
        assert response.headers["access-control-allow-origin"] == SHOP
        assert "Origin" in response.headers["vary"]
        assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in by_token.get("/v1/models").headers["vary"]


def test_a_named_origin_has_the_relay_and_nothing_else(by_token):
    for path in ("/", "/site.json", "/page.js", "/v1"):
        response = by_token.get(path, headers={"origin": SHOP})
        assert (response.status_code, code_of(response)) == (403, "foreign_origin")


def test_a_named_origin_is_not_let_in_by_what_the_browser_adds(start, upstream):
    access = Access(
        mode=["token", "session", "header"], token=TOKEN, origins=(SHOP,), trusted_proxies=("127.0.0.1",)
    )
    client = start(upstream.base_url, access=access)
    client.get("/")
    headers = {"origin": SHOP, "x-forwarded-user": "alice", "content-type": "application/json"}
    response = client.post(CHAT, json=GOOD, headers=headers)
    assert (response.status_code, code_of(response)) == (401, "token_needed")
    assert upstream.requests == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_an_open_server_is_closed_to_other_pages(start, upstream, site):
    client = start(upstream.base_url)
    headers = {"sec-fetch-site": site}
    refused(client.post(CHAT, json=GOOD, headers=headers), upstream, 403, "foreign_origin")
    plain = {"content-type": "text/plain"}
    refused(client.post(CHAT, content=b"{}", headers=plain), upstream, 415, "not_json")
    headers = {"origin": own(client), "sec-fetch-site": "same-origin"}
    upstream.reply(Reply(text="hello"))
    assert client.post(CHAT, json=GOOD, headers=headers).status_code == 200


def test_a_proxy_that_is_believed_names_the_person(start, upstream):
    client = start(upstream.base_url, access=BY_PROXY)
    upstream.reply(Reply(text="hello"))
    assert client.post(CHAT, json=GOOD, headers={"x-forwarded-user": "alice"}).status_code == 200
    assert "alice" not in str(upstream.requests[0].headers)
    upstream.reset()
    refused(client.post(CHAT, json=GOOD), upstream, 401, "sign_in_needed")
    refused(client.post(CHAT, json=GOOD, headers={"x-forwarded-user": ""}), upstream, 401, "sign_in_needed")
    twice = [("x-forwarded-user", "alice"), ("X-Forwarded-User", "root")]
    refused(client.post(CHAT, json=GOOD, headers=twice), upstream, 400, "identity_twice")
    # The person's browser carries the proxy's sign-in along, whoever's page sends it.
    forged = {"x-forwarded-user": "alice", "sec-fetch-site": "cross-site"}
    refused(client.post(CHAT, json=GOOD, headers=forged), upstream, 403, "foreign_origin")


def test_another_sender_names_nobody(start, upstream):
    client = start(upstream.base_url, access=Access(mode="header", trusted_proxies=("10.0.0.0/8",)))
    headers = {"x-forwarded-user": "alice", "x-forwarded-for": "10.0.0.1"}
    refused(client.post(CHAT, json=GOOD, headers=headers), upstream, 401, "sign_in_needed")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('mode = "everyone"', "`access.mode.0`"),
        ('mode = "token"', "`token_env`"),
        ('mode = "token"\ntoken = "0123456789abcdef"', "not written down here"),
        ('mode = "token"\ntoken_env = "SHORT"', "at least 16"),
        ('mode = "token"\ntoken_env = "UNSET"', "UNSET"),
        ('mode = "token"\ntoken_env = "hunter2 is it"', "NAME of an environment variable"),
        ('token_env = "TOKEN"', 'has what the mode "token" needs'),
        ('mode = "session"\n[access.jwt]\nissuer = "https://i"\naudience = "a"', 'has what the mode "jwt" needs'),
        ('mode = ["open", "session"]', "name it alone"),
        ('mode = "header"', "`trusted_proxies`"),
        ('mode = "header"\ntrusted_proxies = ["all"]', "IP address"),
        ('mode = "jwt"', "[access.jwt]"),
        ('origins = ["https://shop.example"]', "`origins`"),
        ('mode = "session"\norigins = ["https://shop.example"]', "`origins`"),
        ('mode = "token"\ntoken_env = "TOKEN"\norigins = ["*"]', "must be an origin"),
        ('mode = "jwt"\n[access.jwt]\nissuer = "http://idp.example"\naudience = "a"', "https://"),
        ('mode = "jwt"\n[access.jwt]\nissuer = "https://i"\naudience = "a"\nalgorithms = ["HS256"]', "RS256"),
        ('mode = "jwt"\n[access.jwt]\nissuer = "https://i"\naudience = "a"\nalgorithms = ["none"]', "RS256"),
        ('[access.session]\nsecret = "0123456789abcdef"', "not written down here"),
        ("[quotas]\nper_identity = { requests = 5 }", '"60/minute"'),
        ('[quotas]\nper_identity = { requests = "5/fortnight" }', '"60/minute"'),
        ('[quotas]\nper_identity = { requests = "1000000/day" }', "at most 10000"),
        ('[quotas]\nper_identity = { tokens = "0.5/day" }', "whole number"),
        ('[quotas]\nper_identity = { dollars = "0/day" }', "an amount over a time"),
        ("[quotas]\nper_identity = { streams = 0 }", "greater than 0"),
        ('[quotas]\nstore = "http://127.0.0.1"', "redis://"),
        ('[quotas]\nstore = "redis://:hunter2@127.0.0.1"', "must not hold a password"),
        ('[quotas]\nstore_env = "UNSET"', "UNSET"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, table, says):
    config = tmp_path / "codeact.toml"
    config.write_text(table if table.startswith("[") else f"[access]\n{table}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(config, {"SHORT": "hunter2", "TOKEN": TOKEN})
    assert len(caught.value.problems) == 1
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_read_from_the_environment_and_shown_to_nobody(tmp_path):
    config = tmp_path / "codeact.toml"
    config.write_text(
        '[access]\nmode = ["token", "session"]\ntoken_env = "A"\n[access.session]\nsecret_env = "B"\n'
        '[quotas]\nstore_env = "C"\n'
    )
    settings = load_settings(config, {"A": TOKEN, "B": "b" * 32, "C": "redis://:hunter2@127.0.0.1"})
    assert settings.access.token
    assert settings.access.token.get_secret_value() == TOKEN
    assert settings.quotas.redis_url == "redis://:hunter2@127.0.0.1"
    assert not [secret for secret in (TOKEN, "b" * 32, "hunter2") if secret in repr(settings)]
