"""Every row of the tables of attacks on the relay, on real sockets against `codeact-web serve` as a process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from support.canary import Canary
from support.loops import run_apart
from support.proxy_attack import ProxyAttack, expand, load_proxy_attacks, pieces_of
from support.proxy_checks import CHECKS, ProxyAftermath, check
from support.proxy_client import Answer, exchange, flood, idle, read_slowly
from support.proxy_normal import Normal
from support.proxy_stub import acts
from support.served_process import ServedProcess, served_process
from support.stub_upstream import StubUpstream

ATTACKS = load_proxy_attacks()
SECRET = "attack-9f8e7d6c5b4a3210"
KEY = f"sk-{SECRET}"
TOKEN = "callers-token-0123456789abcdef"
CONFIG = """
site = "{site}"
[[upstream]]
name = "stub"
base_url = "{to}"
api_key_env = "STUB_KEY"
models = ["demo", "well"]
retries = 0
[timeouts]
connect = 2
first_byte = 3
read = 3
[limits]
connections = 600
body_bytes = 4194304
answer_bytes = 2097152
[requests]
max_tokens = 8192
stream_bytes = 1048576
stream_seconds = 6
[access]
mode = "token"
token_env = "CALLERS_TOKEN"
[quotas]
per_identity = {{ streams = 40 }}
[server]
header_seconds = 2
body_seconds = 2
write_seconds = 2
idle_seconds = 1
shutdown_seconds = 1
[logs]
format = "json"
"""


class Target:
    """The server, its upstream, and where nothing may arrive."""

    def __init__(self, server: ServedProcess, upstream: StubUpstream, canary: Canary, site: Path) -> None:
        self.server, self.upstream, self.canary = server, upstream, canary
        host, port = server.address
        evil = f"http://127.0.0.1:{canary.port}"
        self.acts = acts(KEY, evil)
        (wasm,) = (site / "sandbox" / "assets").glob("pyodide.*.wasm")
        self.wasm = f"/sandbox/assets/{wasm.name}"
        self.names = {
            "__EVIL__": evil,
            "__EVILHOST__": "127.0.0.1",
            "__EVILPORT__": str(canary.port),
            "__TOKEN__": TOKEN,
            "__ORIGIN__": server.url,
            "__HOSTPORT__": f"{host}:{port}",
            "__KEY__": SECRET,
            "__UPSTREAM__": f"127.0.0.1:{upstream.port}",
        }

    def attack(self, attack: ProxyAttack) -> ProxyAftermath:
        """Make it, with normal requests beside it, and look at what it left."""
        self.upstream.acts.clear()
        if (act := _act_of(attack)) is not None:
            self.upstream.acts["demo"] = self.acts[act]
        asked, logged = len(self.upstream.asked), len(self.server.log)
        before = self.server.start_of_peak()
        with Normal(self.server.url, TOKEN) as normal:
            answers = run_apart(self._make(attack))
            left_at = time.monotonic()
            everyone = self.upstream.asked[asked:]
            hers = [each for each in everyone if each.fields.get("model") != "well"]
            self.upstream.wait_until(lambda: all(each.done or each.left for each in hers), timeout=6)
        last = normal.chat()
        assert self.upstream.wait_until(lambda: last in self.server.log)  # and with it all lines before
        return ProxyAftermath(
            attack=attack,
            answers=answers,
            asked=[each for each in self.upstream.asked[asked:] if each.fields.get("model") != "well"],
            canary=self.canary.heard(),
            log=normal.without_own(self.server.log[logged:]),
            grown_kb=self.server.peak_kb - before,
            slowest=normal.slowest,
            key=KEY,
            names=self.names,
            left_at=left_at,
            others=self._others(attack),
        )

    async def _make(self, attack: ProxyAttack) -> list[Answer]:
        request, address = attack.request, self.server.address
        pieces = pieces_of(attack, self.names, self.wasm)
        count = request.get("connections", request.get("parallel", 1))
        if "body_stream" in request:
            return [await flood(address, pieces[0], b" " * 65536, 10 * 1024**3)]
        if "raw_flood" in request:
            part = expand(request["raw_flood"], self.names).encode()
            return [await flood(address, pieces[0], part, 10 * 1024**3)]
        if request.get("client") == "read 1 byte/s of the stream":
            return list(await asyncio.gather(*(read_slowly(address, pieces[0]) for _ in range(count))))
        if request.get("client") == "say nothing":
            return list(await asyncio.gather(*(idle(address) for _ in range(count))))
        leave = {"disconnect after the first event": b"\n\n", "disconnect at once": b""}
        every = min(request.get("interval_s", 0.0), 0.2)
        one = {"every": every, "leave_after": leave.get(request.get("client", ""))}
        return list(await asyncio.gather(*(exchange(address, pieces, **one) for _ in range(count))))

    def _others(self, attack: ProxyAttack) -> dict[str, int]:
        paths = [path for phrase in attack.must if phrase.startswith("also ") for path in phrase[5:].split(", ")]
        url = self.server.url
        return {path: httpx.get(url + path, trust_env=False).status_code for path in paths}


def _act_of(attack: ProxyAttack) -> str | None:
    if attack.stub is None and attack.request.get("client", "").startswith("read 1 byte"):
        return "sends events for ever"
    if attack.stub is None and attack.request.get("client", "").startswith("disconnect after"):
        return "stall mid-stream"
    if attack.stub is None and "parallel" in attack.request:
        return "answers after half a second"
    return attack.stub


@pytest.fixture(scope="module")
def target(site: Path, tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Iterator[Target]:
    with ExitStack() as stack:
        upstream = stack.enter_context(StubUpstream())
        config = CONFIG.format(site=site, to=upstream.base_url)
        environ = {"STUB_KEY": KEY, "CALLERS_TOKEN": TOKEN}
        folder = tmp_path_factory.mktemp("attacked")
        server = stack.enter_context(served_process(folder, config, environ))
        yield Target(server, upstream, canary, site)


def test_every_phrase_of_the_tables_has_its_check() -> None:
    assert {phrase for attack in ATTACKS for phrase in attack.must} <= set(CHECKS)


def test_there_are_as_many_of_ours_as_of_the_shared_table() -> None:
    assert len(ATTACKS) >= 2 * 47


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_attack(attack: ProxyAttack, target: Target) -> None:
    check(target.attack(attack))
