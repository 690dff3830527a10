"""Signed tokens: whose are believed, and how their issuer's keys are found."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

import httpx
import jwt
import pytest
from codeact_server.access import jwt_keys
from codeact_server.access_settings import Access, Jwt
from cryptography.hazmat.primitives import serialization
from support.issuer import Issuer, running_issuer

MODELS = "/v1/models"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def client(start, upstream, issuer: Issuer) -> httpx.Client:
    access = Access(mode="jwt", jwt=Jwt(issuer=issuer.url, audience="codeact"))
    return start(upstream.base_url, access=access)


def ask(client: httpx.Client, token: str) -> httpx.Response:
    return client.get(MODELS, headers={"authorization": f"Bearer {token}"})


def refused(client: httpx.Client, token: str) -> str:
    response = ask(client, token)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "token_refused")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert token[:20] not in response.text
    return response.json()["error"]["message"]


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_right_token_lets_in_and_the_keys_are_fetched_once(client, issuer, upstream, key):
    for _ in range(3):
        assert ask(client, issuer.sign(key)).status_code == 200
    assert issuer.asked == ["/.well-known/openid-configuration", "/keys"]


def test_wrong_claims(client, issuer):
    now = int(time.time())
    assert "has expired" in refused(client, issuer.sign(exp=now - 40))
    assert ask(client, issuer.sign(exp=now - 20)).status_code == 200  # within the leeway of 30 s
    assert ask(client, issuer.sign(nbf=now + 20)).status_code == 200
    for claims in (
        {"nbf": now + 45},
        {"exp": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "a" * 300},
    ):
        refused(client, issuer.sign(**claims))
    assert client.get(MODELS).json()["error"]["code"] == "sign_in_needed"


def b64(value: dict | bytes) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_token_does_not_choose_how_it_is_checked(client, issuer):
    right = issuer.sign()
    head, claims, signature = right.split(".")
    public = issuer.private["rsa"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    import hashlib
    import hmac

    forged_head = b64({"alg": "HS256", "typ": "JWT", "kid": "rsa"})
    mac = hmac.new(pem, f"{forged_head}.{claims}".encode(), hashlib.sha256).digest()
    for token in (
        f"{b64({'alg': 'none', 'kid': 'rsa'})}.{claims}.",
        f"{b64({'alg': 'None', 'kid': 'rsa'})}.{claims}.{signature}",
        f"{forged_head}.{claims}.{b64(mac)}",
        issuer.sign(alg="RS512"),  # not one of those pinned
        issuer.sign("rsa", head={"kid": "ec"}),  # another key's name
        f"{head}.{b64({'sub': 'root'})}.{signature}",
        f"{head}.{claims}.{signature[:-6]}AAAAAA",
        right + "x" * 20_000,
        "a.b.c",
        ".." * 3,
        jwt.encode({"sub": "root"}, "k" * 32, algorithm="HS256", headers={"jwk": issuer.keys()[0]}),
        issuer.sign(head={"jku": "https://evil.example/keys", "kid": "evil"}),
    ):
        refused(client, token)


def test_a_new_key_is_found_and_made_up_ones_ask_the_issuer_once_a_minute(client, issuer, monkeypatch):
    assert ask(client, issuer.sign("rsa")).status_code == 200
    issuer.private["new"] = issuer.private["ec"]
    for number in range(5):
        refused(client, issuer.sign("ec", alg="ES256", head={"kid": f"made-up-{number}"}))
    assert issuer.asked.count("/keys") == 1  # the minute of the first fetch is not over
    issuer.published.append("new")
    monkeypatch.setattr(jwt_keys, "_BETWEEN_FETCHES", 0)
    assert ask(client, issuer.sign("new", alg="ES256")).status_code == 200
    assert issuer.asked.count("/keys") == 2


def test_a_withdrawn_key_is_believed_until_the_keys_are_asked_for_again(client, issuer, upstream, monkeypatch):
    assert ask(client, issuer.sign("rsa")).status_code == 200
    issuer.published.remove("rsa")
    assert ask(client, issuer.sign("rsa")).status_code == 200
    monkeypatch.setattr(jwt_keys, "_KEPT_SECONDS", 0)
    monkeypatch.setattr(jwt_keys, "_BETWEEN_FETCHES", 0)
    assert upstream.wait_until(lambda: ask(client, issuer.sign("rsa")).status_code == 401)
    assert ask(client, issuer.sign("ec")).status_code == 200


def test_an_issuer_that_fails_is_a_503_at_first_and_no_matter_later(client, issuer, monkeypatch):
    issuer.answers = False
    response = ask(client, issuer.sign())
    assert (response.status_code, response.json()["error"]["code"]) == (503, "issuer_unreachable")
    monkeypatch.setattr(jwt_keys, "_BETWEEN_FETCHES", 0)
    issuer.answers = True
    assert ask(client, issuer.sign()).status_code == 200
    issuer.answers = False
    monkeypatch.setattr(jwt_keys, "_KEPT_SECONDS", 0)
    assert ask(client, issuer.sign()).status_code == 200


@pytest.mark.parametrize(
    "document", [{"issuer": "https://evil.example"}, {"jwks_uri": "http://evil.example/keys"}, {"jwks_uri": None}]
)
def test_a_discovery_document_that_points_elsewhere_is_not_followed(client, issuer, document):
    issuer.document = document
    assert ask(client, issuer.sign()).status_code == 503
    assert issuer.asked == ["/.well-known/openid-configuration"]


def test_setting_the_clock_moves_what_has_expired_and_fetches_no_key(client, issuer, monkeypatch):
    """A token's times are those of its issuer's clock: the machine's must be right."""
    token = issuer.sign()
    assert ask(client, token).status_code == 200
    import datetime as real

    class Later(real.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + real.timedelta(hours=2)

    monkeypatch.setattr("jwt.api_jwt.datetime", Later)
    assert "has expired" in refused(client, token)
    monkeypatch.undo()
    assert ask(client, token).status_code == 200
    assert issuer.asked.count("/keys") == 1


def test_keys_at_an_address_that_is_said_and_the_token_beside_it(start, upstream, issuer):
    told = Jwt(issuer="https://idp.example/", audience="codeact", jwks_url=f"{issuer.url}/keys", identity="email")
    access = Access(mode=["jwt", "token"], jwt=told, token="t" * 32)
    client = start(upstream.base_url, access=access)
    assert ask(client, issuer.sign(iss="https://idp.example/", email="a@b.example")).status_code == 200
    assert "names nobody in `email`" in refused(client, issuer.sign(iss="https://idp.example/"))
    assert ask(client, "t" * 32).status_code == 200
    assert issuer.asked == ["/keys"]
