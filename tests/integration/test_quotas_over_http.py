"""Quotas as callers meet them: through the server, by the address a proxy tells, and shared by two servers."""

from __future__ import annotations

import httpx
import pytest
from codeact_server.access_settings import Access
from codeact_server.app import create_app
from codeact_server.quota_settings import QuotaSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply
from support.loops import run_apart
from support.redis_server import running_redis

CHAT = "/v1/chat/completions"
GOOD = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
TOKEN = "t" * 32
USAGE = {"prompt_tokens": 60, "completion_tokens": 40, "total_tokens": 100}
BODY = {"choices": [{"message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}], "usage": USAGE}


def quotas(**tables) -> QuotaSettings:
    return QuotaSettings.model_validate(tables)


def test_tokens_that_the_upstream_counted_are_used_up(start, upstream):
    client = start(upstream.base_url, models=("demo",), quotas=quotas(per_identity={"tokens": "100/hour"}))
    upstream.reply(Reply(body=BODY))
    assert client.post(CHAT, json=GOOD).status_code == 200
    refused = client.post(CHAT, json=GOOD)
    assert refused.status_code == 429
    assert 3590 < int(refused.headers["retry-after"]) <= 3600
    assert refused.json()["error"] == {
        "message": "You have used this hour's 100 tokens; ask again in 60 min.",
        "type": "rate_limit_error",
        "code": "tokens_used_up",
    }
    assert client.get("/v1/models").status_code == 200  # which costs nothing
    assert len(upstream.requests) == 1


def test_dollars_by_the_price_of_the_model(site, upstream):
    to = Upstream.model_validate(
        {"base_url": upstream.base_url, "models": ["demo"], "price": {"demo": {"input": 10, "output": 30}}}
    )
    settings = Settings(site=site, upstream=to, quotas=quotas(per_address={"dollars": "0.0018/day"}))
    upstream.reply(Reply(body=BODY))
    with running_server(settings) as url:
        asked = [httpx.post(url + CHAT, json=GOOD, trust_env=False) for _ in range(2)]
    assert asked[0].status_code == 200  # 60 * 10 + 40 * 30 micro-dollars
    refused = asked[1]
    assert refused.status_code == 429
    assert refused.json()["error"]["message"].startswith("Your network address has used today's $0.0018;")


def test_dollars_by_the_price_of_the_upstream_that_answered(site, upstream):
    def to(name: str, dollars: float) -> dict[str, object]:
        price = {"demo": {"input": dollars, "output": dollars}}
        return {"name": name, "base_url": upstream.base_url, "models": ["demo"], "price": price, "retries": 0}

    upstreams = [Upstream.model_validate(to(*each)) for each in (("cheap", 1), ("dear", 100))]
    settings = Settings(site=site, upstream=upstreams, quotas=quotas(per_address={"dollars": "0.01/day"}))
    # Of 100 tokens the cheap one's are worth $0.0001, the other's the whole share.
    upstream.reply(Reply(body=BODY), Reply(status=500), Reply(body=BODY))
    with running_server(settings) as url:
        asked = [httpx.post(url + CHAT, json=GOOD, trust_env=False).status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert len(upstream.requests) == 3


def test_an_upstream_that_refuses_uses_nothing(start, upstream):
    client = start(upstream.base_url, models=("demo",), quotas=quotas(per_identity={"tokens": "100/hour"}))
    upstream.reply(Reply(status=400, body={"error": {"message": "no"}}), Reply(body=BODY))
    assert client.post(CHAT, json=GOOD).status_code == 400
    assert client.post(CHAT, json=GOOD).status_code == 200


def test_the_address_is_the_one_that_believed_proxies_tell(start, upstream):
    access = Access(mode="token", token=TOKEN, trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
    limits = quotas(per_address={"requests": "1/minute"})
    client = start(upstream.base_url, models=("demo",), access=access, quotas=limits)

    def ask(forwarded: str) -> int:
        upstream.reply(Reply(text="hello"))
        headers = {"x-api-key": TOKEN, "x-forwarded-for": forwarded}
        return client.post(CHAT, json=GOOD, headers=headers).status_code

    assert ask("192.0.2.1") == 200
    assert ask("198.51.100.7, 192.0.2.1, 10.1.2.3") == 429  # what stands left of it anyone can have written
    assert ask("192.0.2.5, _hidden") == 200  # no address: the proxy's own counts
    assert ask("127.0.0.1") == 429
    assert ask("2001:db8:1:2::1") == 200
    assert ask("2001:db8:1:2:ffff::2") == 429
    assert ask("2001:db8:1:3::1") == 200
    assert ask("::ffff:192.0.2.1") == 429


def test_an_address_is_not_believed_from_anybody(start, upstream):
    limits = quotas(per_address={"requests": "1/minute"})
    client = start(upstream.base_url, models=("demo",), quotas=limits)
    upstream.reply(Reply(text="hello"))
    for number, status in enumerate((200, 429)):
        headers = {"x-forwarded-for": f"192.0.2.{number}"}
        assert client.post(CHAT, json=GOOD, headers=headers).status_code == status


def test_two_servers_count_together_and_a_stream_is_one_until_its_client_leaves(start, upstream):
    with running_redis() as redis:
        limits = quotas(store=redis.url, per_identity={"streams": 1, "requests": "100/minute"})
        one, other = (start(upstream.base_url, models=("demo",), quotas=limits) for _ in range(2))
        held = Reply(text="one two three", hold_at=1)
        upstream.reply(held)
        with one.stream("POST", CHAT, json={**GOOD, "stream": True}) as streamed:
            assert streamed.status_code == 200
            refused = other.post(CHAT, json=GOOD)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
            assert refused.json()["error"]["code"] == "streams_used_up"
        assert upstream.wait_until(lambda: upstream.disconnects == 1)
        held.release()
        upstream.reply(*[Reply(text="hello")] * 5)
        assert upstream.wait_until(lambda: other.post(CHAT, json=GOOD).status_code == 200)


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.9", 403)])
def test_open_is_this_machine_under_any_server(site, address, status):
    app = create_app(Settings(site=site))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 4711))
        async with (
            app.router.lifespan_context(app) as state,
            httpx.AsyncClient(transport=Stated(transport, state), base_url="http://127.0.0.1") as client,
        ):
            return await client.get("/v1/models")

    response = run_apart(ask())
    assert response.status_code == status
    if status == 403:
        assert response.json()["error"]["code"] == "not_this_machine"


class Stated(httpx.AsyncBaseTransport):
    """Hands the lifespan's state to each request, as servers do and httpx does not."""

    def __init__(self, transport: httpx.ASGITransport, state: object) -> None:
        app = transport.app

        async def with_state(scope, receive, send):
            await app({**scope, "state": dict(state)}, receive, send)

        transport.app = with_state
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport.handle_async_request(request)
