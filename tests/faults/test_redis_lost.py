"""Redis is killed while streams are open: they go on, limits hold, and it counts again when it is back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

import httpx
from codeact_web.testing import Reply, ScriptedModel
from support.redis_server import running_redis
from support.served_process import served_process

ASKED = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
CHAT = "/v1/chat/completions"
METRICS = {"authorization": "Bearer metrics-token-0123456789"}
CONFIG = """
site = "{site}"
[upstream]
base_url = "{to}"
models = ["scripted"]
[quotas]
store = "{redis}"
per_address = {{ requests = "5/minute", streams = 2 }}
[metrics]
token_env = "METRICS"
"""


def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 15
    while not condition():
        assert monotonic() < deadline
        sleep(0.05)


def test_streams_go_on_and_limits_hold(site: Path, tmp_path: Path, upstream: ScriptedModel) -> None:
    upstream.reset()
    held = Reply(chunks=["data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"], hold_at=1)
    upstream.reply(held, *["ok"] * 6)
    with running_redis() as redis:
        config = CONFIG.format(site=site, to=upstream.base_url, redis=redis.url)
        environ = {"METRICS": METRICS["authorization"].removeprefix("Bearer ")}
        with (
            served_process(tmp_path, config, environ) as server,
            httpx.Client(base_url=server.url, timeout=10, trust_env=False) as client,
        ):

            def store_is(up: int) -> bool:
                return f"quota_storage_up {up}.0" in client.get("/metrics", headers=METRICS).text

            def ask() -> int:
                began = monotonic()
                status = client.post(CHAT, json=ASKED).status_code
                assert monotonic() - began < 5
                return status

            with client.stream("POST", CHAT, json={**ASKED, "stream": True}) as stream:
                chunks = stream.iter_raw()
                assert next(chunks) == b"data: 1\n\n"
                assert ask() == 200
                assert store_is(1)
                redis.stop()
                # Counted in the process now, and from nothing: no request fails for it, and no limit is gone.
                assert [ask() for _ in range(6)].count(429) >= 1
                assert store_is(0)
                held.release()
                assert b"".join(chunks) == b"data: 2\n\ndata: [DONE]\n\n"
            redis.start()
            until(lambda: store_is(1))
            # It has forgotten; no place among the two streams at once is taken by what has ended.
            upstream.reset()
            upstream.reply(*["ok"] * 6)
            assert 200 in [ask() for _ in range(3)]
            assert "Traceback" not in server.log
