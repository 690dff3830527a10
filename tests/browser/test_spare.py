"""A spare worker: there at once when it is needed, and never one that has run code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from support.agent_page import AgentPage
from support.engines import Engine, in_one_engine
from support.sandbox import Sandbox, opened

pytestmark = pytest.mark.browser

HANG = "sum(range(10**12))"
LIMITS = {"time_ms": 500, "grace_ms": 500}


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        yield sandbox


def start(loaded: Sandbox, *, spare: bool) -> None:
    limits = {**LIMITS, "spare_workers": int(spare)}
    assert loaded.start(limits=limits, hardened=False)["type"] == "ready"


def replaced(loaded: Sandbox) -> list[str]:
    """Kill the interpreter; the steps of the next one's boot, none where a spare took its place."""
    loaded.forget()
    assert loaded.run(HANG)["kind"] == "killed"
    assert len(loaded.events("ready")) == 1
    return [event["step"] for event in loaded.events("booting")]


def rest(loaded: Sandbox) -> None:
    """Until a spare made by now has surely booted: it is asked for after half a second of idleness."""
    loaded.page.wait_for_timeout(4_000 if loaded.engine == "firefox" else 3_000)


def test_with_a_spare_the_replacement_need_not_boot(loaded: Sandbox) -> None:
    start(loaded, spare=True)
    loaded.run("kept = [1]")
    rest(loaded)
    assert replaced(loaded) == []
    assert loaded.value("kept") == "[1]"


@in_one_engine
def test_there_is_another_spare_after_that(loaded: Sandbox) -> None:
    start(loaded, spare=True)
    for _ in range(2):
        rest(loaded)
        assert replaced(loaded) == []
        assert loaded.value("1 + 1") == "2"


@in_one_engine
def test_without_one_it_boots(loaded: Sandbox) -> None:
    start(loaded, spare=False)
    loaded.run("kept = [1]")
    rest(loaded)
    assert replaced(loaded) == ["image", "session"]
    assert loaded.value("kept") == "[1]"


def test_reset_takes_the_spare_and_it_has_never_run_code(loaded: Sandbox) -> None:
    start(loaded, spare=True)
    loaded.run("import builtins; builtins.mark = 1; open('/tmp/mark', 'w').close(); x = 1")
    rest(loaded)
    loaded.forget()
    loaded.call("codeact.reset().then(() => null)")
    assert loaded.events("booting") == []
    seen = "'x' in globals(), hasattr(builtins, 'mark'), os.path.exists('/tmp/mark')"
    assert loaded.value(f"import builtins, os; {seen}") == "(False, False, False)"
    assert loaded.run("1")["execution_count"] == 2


@in_one_engine
def test_a_replacement_that_is_needed_while_the_spare_boots_is_that_one(loaded: Sandbox) -> None:
    start(loaded, spare=True)
    loaded.run("kept = [1]")
    loaded.call("codeact.save()")
    for _ in range(3):  # each comes at another moment of the spare's boot
        loaded.call("codeact.run(arg).catch(() => null)", HANG)
        assert loaded.value("kept") == "[1]"


@in_one_engine
def test_a_spare_that_dies_does_no_harm_and_another_is_made(loaded: Sandbox) -> None:
    """Chromium only: there its worker can be ended from outside, by the debugger's protocol."""
    start(loaded, spare=True)
    loaded.run("kept = [1]")
    rest(loaded)
    workers = loaded.page.workers
    assert len(workers) == 2
    # The spare is the younger one. A thrown error is what a worker dies of in the frame's eyes.
    workers[-1].evaluate("() => { setTimeout(() => { throw new Error('a spare dies') }) }")
    loaded.page.wait_for_timeout(300)
    assert loaded.value("kept") == "[1]"
    rest(loaded)
    assert replaced(loaded) == []
    assert loaded.value("kept") == "[1]"


@pytest.mark.parametrize(("gigabytes", "workers"), [(2, 1), (8, 2)])
def test_a_device_of_little_memory_has_no_spare(page: Page, served: str, gigabytes: int, workers: int) -> None:
    """Chromium only: no other browser tells how much there is."""
    page.add_init_script(f"Object.defineProperty(navigator, 'deviceMemory', {{ value: {gigabytes} }})")
    begun: list[object] = []
    page.on("worker", lambda worker: begun.append(worker))
    agent = AgentPage(page).open(served)
    agent.ready()
    assert page.evaluate("navigator.deviceMemory") == gigabytes
    page.wait_for_timeout(2_000)  # a spare begins after half a second of idleness, and that none comes takes time
    assert (len(begun), len(page.workers)) == (workers, workers)
