"""A spare worker: there at once when it is needed, and never one that has run code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.engines import Engine
from support.sandbox import Sandbox, opened

pytestmark = pytest.mark.browser

HANG = "sum(range(10**12))"
LIMITS = {"time_ms": 500, "grace_ms": 500}


@pytest.fixture(scope="module")
def page(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        yield sandbox


def start(page: Sandbox, *, spare: bool) -> None:
    limits = {**LIMITS, "spare_workers": int(spare)}
    assert page.start(limits=limits, hardened=False)["type"] == "ready"


def replaced(page: Sandbox) -> list[str]:
    """Kill the interpreter; the steps of the next one's boot, none where a spare took its place."""
    page.forget()
    assert page.run(HANG)["kind"] == "killed"
    assert len(page.events("ready")) == 1
    return [event["step"] for event in page.events("booting")]


def rest(page: Sandbox) -> None:
    """Until a spare made by now has surely booted: it is asked for after half a second of idleness."""
    page.page.wait_for_timeout(4_000 if page.engine == "firefox" else 3_000)


def test_with_a_spare_the_replacement_need_not_boot(page: Sandbox) -> None:
    start(page, spare=True)
    page.run("kept = [1]")
    rest(page)
    assert replaced(page) == []
    assert page.value("kept") == "[1]"


def test_there_is_another_spare_after_that(page: Sandbox) -> None:
    start(page, spare=True)
    for _ in range(2):
        rest(page)
        assert replaced(page) == []
        assert page.value("1 + 1") == "2"


def test_without_one_it_boots(page: Sandbox) -> None:
    start(page, spare=False)
    page.run("kept = [1]")
    rest(page)
    assert replaced(page) == ["image", "session"]
    assert page.value("kept") == "[1]"


def test_reset_takes_the_spare_and_it_has_never_run_code(page: Sandbox) -> None:
    start(page, spare=True)
    page.run("import builtins; builtins.mark = 1; open('/tmp/mark', 'w').close(); x = 1")
    rest(page)
    page.forget()
    page.call("codeact.reset().then(() => null)")
    assert page.events("booting") == []
    seen = "'x' in globals(), hasattr(builtins, 'mark'), os.path.exists('/tmp/mark')"
    assert page.value(f"import builtins, os; {seen}") == "(False, False, False)"
    assert page.run("1")["execution_count"] == 2


def test_a_replacement_that_is_needed_while_the_spare_boots_is_that_one(page: Sandbox) -> None:
    start(page, spare=True)
    page.run("kept = [1]")
    page.call("codeact.save()")
    for _ in range(3):  # each comes at another moment of the spare's boot
        page.call("codeact.run(arg).catch(() => null)", HANG)
        assert page.value("kept") == "[1]"


def test_a_spare_that_dies_does_no_harm_and_another_is_made(page: Sandbox) -> None:
    """Chromium only: there its worker can be ended from outside, by the debugger's protocol."""
    if page.engine != "chromium":
        pytest.skip("no way to end a single worker of Firefox")
    start(page, spare=True)
    page.run("kept = [1]")
    rest(page)
    workers = page.page.workers
    assert len(workers) == 2
    # The spare is the younger one. A thrown error is what a worker dies of in the frame's eyes.
    workers[-1].evaluate("() => { setTimeout(() => { throw new Error('a spare dies') }) }")
    page.page.wait_for_timeout(300)
    assert page.value("kept") == "[1]"
    rest(page)
    assert replaced(page) == []
    assert page.value("kept") == "[1]"
