"""WebKitGTK, without JSPI and SharedArrayBuffer: what works there, and what model and page are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.attack import load_attacks
from support.attack_checks import AFTER, check
from support.attacked_page import AttackedPage
from support.canary import Canary
from support.engines import Engine, SandboxPage

pytestmark = pytest.mark.browser

ECHO = [{"name": "echo", "description": "Echo.", "parameters": [{"name": "x", "annotation": ""}], "returns": ""}]
TIME_MS = 600
# Ways out, of the tables of attacks. A few: interpreters boot slowly here, and these leave theirs as it was.
ATTACKS = (
    "net-js-fetch", "net-js-data-worker", "net-js-webrtc", "net-js-transfer-to-frame", "net-py-pyfetch",
)  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(webkit: Engine, served: str) -> Iterator[SandboxPage]:
    with webkit.open(served) as opened:
        opened.load()
        opened.page.evaluate("() => { window.codeact_tool = async (call) => ({value: call.arguments}) }")
        opened.start()
        opened.set_tools(ECHO)
        yield opened


def test_it_boots_plainly_and_says_what_is_missing(sandbox: SandboxPage) -> None:
    assert sandbox.ready["type"] == "ready", sandbox.ready
    missing = {name: sandbox.ready[name] for name in ("can_block", "can_interrupt", "from_image")}
    assert missing == {"can_block": False, "can_interrupt": False, "from_image": False}


def test_code_runs_and_variables_last(sandbox: SandboxPage) -> None:
    assert sandbox.value("x = 1; x + 1") == "2"
    assert sandbox.value("x") == "1"


def test_tools_are_awaited(sandbox: SandboxPage) -> None:
    assert sandbox.value("await echo(3)") == "{'x': 3}"
    together = "import asyncio\n[each['x'] for each in await asyncio.gather(echo(1), echo(2))]"
    assert sandbox.value(together) == "[1, 2]"
    assert sandbox.value("task = asyncio.create_task(echo(4))\n(await task)['x']") == "4"


@pytest.mark.parametrize("use", ["echo(3)['x']", "for each in echo(3): pass", "print(echo(3))", "echo(3).x"])
def test_a_tool_that_is_not_awaited_says_so(sandbox: SandboxPage, use: str) -> None:
    error = sandbox.outcome(use)["result"]["error"]
    assert "write `await echo(…)`" in error["value"], error


def test_a_tool_that_nobody_awaits_says_that_it_did_not_run(sandbox: SandboxPage) -> None:
    assert "write `await echo(…)`" in sandbox.outcome("echo(3)\nNone")["result"]["stderr"]


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import time; time.sleep(60)",
        "import asyncio; await asyncio.sleep(60)",
    ],
)
def test_the_time_limit_keeps_variables(sandbox: SandboxPage, code: str) -> None:
    result = sandbox.outcome(f"kept = 1\n{code}", TIME_MS)["result"]
    assert (result["timed_out"], result["error"]["name"]) == (True, "TimeLimit")
    assert sandbox.value("kept") == "1"


def test_stop_and_the_hard_stop_replace_the_worker(sandbox: SandboxPage) -> None:
    """One boot for both: a plain boot is what takes long here."""
    sandbox.value("kept = 1; kept")
    stop = "(code) => { setTimeout(() => codeact.interrupt(), 200); return codeact_run({code}) }"
    stopped = sandbox.page.evaluate(stop, "sum(range(10**11))")
    assert stopped["error"]["kind"] == "stopped"
    assert sandbox.value("40 + 2") == "42"
    assert sandbox.outcome("sum(range(10**11))", TIME_MS)["error"]["kind"] == "killed"
    assert sandbox.value("40 + 2") == "42"


def test_the_pages_boot_report_says_what_is_missing(webkit: Engine, served: str) -> None:
    page = webkit.new_page()
    page.goto(f"{served}/")
    report = "(document.querySelector('ca-boot-status')?.shadowRoot?.textContent ?? '')"
    page.wait_for_function(f"/Python ready|did not start/.test{report}", timeout=60_000)
    text = page.evaluate(report)
    assert "tools must be awaited" in text
    assert "Stop replaces the interpreter" in text
    page.close()


def test_the_browser_alone_lets_no_request_out(webkit: Engine, served: str, subtests: pytest.Subtests) -> None:
    """In one test, since what takes long is the boot."""
    attacks = [each for each in load_attacks() if each.id in ATTACKS]
    assert len(attacks) == len(ATTACKS)
    with Canary() as canary:
        attacked = AttackedPage(webkit, served, canary, hardened=False)
        for attack in attacks:
            with subtests.test(attack.id):
                check(attacked.run(attack, AFTER), timed=False)
        attacked.close()
        assert canary.heard() == [], "somebody took their time"
