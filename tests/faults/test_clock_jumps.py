"""The machine's clock is set while streams are open and limits are reached: what counts is a clock nobody sets."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest
from codeact_server.quota_settings import QuotaSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel

ASKED = {"messages": [{"role": "user", "content": "hi"}]}
DAY = 24 * 3600


def code(answer: httpx.Response) -> str:
    found: str = answer.json()["error"]["code"]
    return found


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "backward"])
def test_what_is_open_stays_open_and_what_is_used_up_stays_so(
    site: Path, upstream: ScriptedModel, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    upstream.reset()
    good = Upstream(name="good", base_url=upstream.base_url, models=("good",))
    failing = Upstream(name="failing", base_url=upstream.base_url, models=("failing",), retries=0, breaker=2)
    quotas = QuotaSettings(per_address={"requests": "4/minute"})
    settings = Settings(site=site, upstream=[good, failing], quotas=quotas)
    held = Reply(chunks=["data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"], hold_at=1)
    upstream.reply(held, Reply(status=500), Reply(status=500))
    with running_server(settings) as url, httpx.Client(base_url=url, timeout=10, trust_env=False) as client:

        def ask(model: str) -> httpx.Response:
            return client.post("/v1/chat/completions", json={**ASKED, "model": model})

        streamed = {**ASKED, "model": "good", "stream": True}
        with client.stream("POST", "/v1/chat/completions", json=streamed) as stream:
            chunks = stream.iter_raw()
            assert next(chunks) == b"data: 1\n\n"
            assert [ask("failing").status_code for _ in range(2)] == [500, 500]
            shown = time.time
            monkeypatch.setattr(time, "time", lambda: shown() + jump)
            down = ask("failing")
            assert (code(down), down.status_code) == ("upstream_down", 503)
            assert 1 <= int(down.headers["retry-after"]) <= 15
            refused = ask("good")
            assert (code(refused), refused.status_code) == ("requests_used_up", 429)
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            held.release()
            assert b"".join(chunks) == b"data: 2\n\ndata: [DONE]\n\n"
            assert client.get("/healthz").status_code == 200
