"""The runtime's contract in plain CPython, with a host that runs beside it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from codeact_runtime.errors import SandboxError, ToolsRefused
from codeact_runtime.executor import Executor, begin, finish, make_interruptible_sleep
from codeact_runtime.limits import Limits
from contract.case import Case, Happened, check
from contract.cases import CASES, TOOLS
from support.fake_host import FakeHost
from support.loops import run_apart

SPEC = TOOLS["divide"][1]


@pytest.fixture(autouse=True)
def own_excepthook(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Executor replaces it."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)


class Conversation:
    """An executor over a fake host."""

    def __init__(
        self,
        tools: tuple[str, ...] = (),
        limits: Limits | None = None,
        *,
        can_block: bool = True,
        prelude: str = "",
    ) -> None:
        self.host = FakeHost({name: TOOLS[name][0] for name in tools}, can_block=can_block)
        self.executor = Executor(self.host, limits)
        self.set_tools(tools, prelude)

    def set_tools(self, tools: tuple[str, ...], prelude: str = "") -> list[Any]:
        sources: Any = [{"name": "mine", "source": prelude}] if prelude else []
        return list(self.executor.set_tools([TOOLS[name][1] for name in tools], sources))  # type: ignore[misc]

    async def run(
        self, code: str, time_ms: float | None = None, approval: str = "never", answer: Any = None
    ) -> Happened:
        self.host.written, self.host.displayed, self.host.calls, self.host.cards = [], [], [], []
        self.host.answer = answer
        step = self.executor.run(code, time_ms, approval)
        result = begin(step) or await finish(step)
        output: list[tuple[str, str]] = []
        for stream, text in self.host.written:
            if output and output[-1][0] == stream:
                text = output.pop()[1] + text
            output.append((stream, text))
        return Happened(dict(result), output, self.host.displayed, self.host.calls, self.host.cards)


def conversing(talk: Callable[..., Awaitable[None]], **options: Any) -> None:
    async def within_a_loop() -> None:
        await talk(Conversation(**options))

    run_apart(within_a_loop())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_contract(case: Case) -> None:
    async def talk(conversation: Conversation) -> None:
        for step in case.steps:
            check(await conversation.run(step.code, step.time_ms, step.approval, step.answer), step.expect)

    conversing(talk, tools=case.tools, prelude=case.prelude)


def test_executions_are_counted() -> None:
    async def talk(conversation: Conversation) -> None:
        counts = [(await conversation.run(code)).result["execution_count"] for code in ("1", "1 / 0", "if", "1")]
        assert counts == [1, 2, 3, 4]

    conversing(talk)


def test_tools_return_coroutines_where_python_cannot_block() -> None:
    async def talk(conversation: Conversation) -> None:
        happened = await conversation.run("await divide(6, 3)")
        assert happened.result["results"] == [{"text/plain": "2.0"}]
        assert happened.calls == [("divide", {"a": 6, "b": 3})]

    conversing(talk, tools=("divide",), can_block=False)


def test_awaited_calls_run_side_by_side() -> None:
    async def talk(conversation: Conversation) -> None:
        await conversation.run("import asyncio\nawait asyncio.gather(*[divide(x, 2) for x in range(5)])")
        assert conversation.host.most_at_once == 5
        await conversation.run("[await divide(x, 2) for x in range(5)]")
        assert len(conversation.host.calls) == 5

    conversing(talk, tools=("divide",))


def test_input_cannot_wait_where_python_cannot_block() -> None:
    async def talk(conversation: Conversation) -> None:
        error = (await conversation.run("input('x')")).result["error"]
        assert error["value"] == "input() cannot wait in this browser: write `await ask_user(…)`"
        happened = await conversation.run("await ask_user('x')")
        assert happened.result["results"] == [{"text/plain": "answer to x"}]

    conversing(talk, tools=("ask_user",), can_block=False)


COUNTER = "count = [0]\n@tool\ndef up() -> int:\n    'Counts.'\n    count[0] += 1\n    return count[0]\n"


def test_the_same_prelude_is_not_run_again() -> None:
    async def talk(conversation: Conversation) -> None:
        counted = []
        for tools, prelude in (
            (("divide",), COUNTER),
            (("divide",), COUNTER),
            (("divide",), COUNTER + "#"),
            ((), ""),
        ):
            conversation.set_tools(tools, prelude)
            counted.append((await conversation.run("up()")).result["results"])
        one, two = [{"text/plain": "1"}], [{"text/plain": "2"}]
        assert counted == [one, two, one, []]

    conversing(talk)


def test_a_prelude_that_fails_changes_nothing() -> None:
    async def talk(conversation: Conversation) -> None:
        conversation.set_tools(("divide",), COUNTER)
        with pytest.raises(ToolsRefused, match="sandbox tools 'mine', line 2: ZeroDivisionError"):
            conversation.set_tools((), "\n1 / 0")
        happened = await conversation.run("up(), divide(1, 2)")
        assert happened.result["results"] == [{"text/plain": "(1, 0.5)"}]

    conversing(talk, tools=("divide",))


def test_what_was_imported_before_a_restore_is_not_new() -> None:
    async def talk(conversation: Conversation) -> None:
        answer = {"approved": False}
        await conversation.run("import bisect\nfrom heapq import heappush, heappop\nimport math as m, wave")
        await conversation.run("import colorsys", approval="risky", answer=answer)
        rest = conversation.executor.keeper.rest()
        fresh = Conversation()
        fresh.executor.begin_restore(2, rest["modules"], rest["sources"])
        happened = await fresh.run("import bisect, heapq, math, wave", approval="risky", answer=answer)
        assert happened.cards == []
        happened = await fresh.run("import colorsys", approval="risky", answer=answer)
        assert happened.cards[0]["new_imports"] == ["colorsys"]

    conversing(talk)


def test_the_operators_limit_holds_whatever_the_step_says() -> None:
    async def talk(conversation: Conversation) -> None:
        happened = await conversation.run("eval('1')", answer={"approved": True})
        assert happened.cards[0]["findings"][0]["severity"] == "MEDIUM"
        assert happened.result["results"] == [{"text/plain": "1"}]
        assert (await conversation.run("import colorsys")).cards == []

    conversing(talk, limits=Limits(approve_from=2))


@pytest.mark.parametrize("name", ["print", "final_answer", "display", "HTML", "__import__"])
def test_a_tool_may_not_take_the_name_of_a_builtin(name: str) -> None:
    async def talk(conversation: Conversation) -> None:
        with pytest.raises(SandboxError, match=f"a tool cannot be named '{name}'"):
            conversation.executor.set_tools([{**SPEC, "name": name}])  # type: ignore[typeddict-item]
        assert (await conversation.run("divide(1, 2)")).result["results"] == [{"text/plain": "0.5"}]

    conversing(talk, tools=("divide",))


def test_tools_are_replaced() -> None:
    async def talk(conversation: Conversation) -> None:
        conversation.executor.set_tools([])
        assert (await conversation.run("divide(1, 2)")).result["error"]["name"] == "NameError"

    conversing(talk, tools=("divide",))


def test_the_limits_are_those_given() -> None:
    async def talk(conversation: Conversation) -> None:
        happened = await conversation.run("print('x' * 300)\n'y' * 300")
        assert "[101 of 301 characters not shown" in happened.result["stdout"]
        assert "[100 of 300 characters not shown" in happened.result["results"][0]["text/plain"]
        assert "the limit is 50" in (await conversation.run("#" * 51)).result["error"]["value"]
        assert (await conversation.run("display(1)")).result["error"] is None
        assert "more than the 20" in (await conversation.run("display(HTML('x' * 20))")).result["error"]["value"]

    conversing(talk, limits=Limits(model_chars=200, code_chars=50, display_chars=20))


def test_the_clock_is_set_for_the_code_and_always_stopped() -> None:
    async def talk(conversation: Conversation) -> None:
        host = conversation.host
        await conversation.run("1", 500)
        assert host.deadlines[0] == 500
        assert all(each == 750 for each in host.deadlines[1:])
        assert host.disarmed == len(host.deadlines)
        host.deadlines.clear()
        await conversation.run("1 / 0", 99_000)
        assert host.deadlines[0] == 30_000

    conversing(talk)


@pytest.mark.parametrize(
    ("reason", "name", "words"),
    [("time", "TimeLimit", "ran longer than 2 s"), ("stop", "Stopped", "The person stopped the code")],
)
def test_an_interrupt_is_told_by_its_reason(reason: str, name: str, words: str) -> None:
    async def talk(conversation: Conversation) -> None:
        conversation.host.interrupt_reason = reason
        result = (await conversation.run("raise KeyboardInterrupt", 2000)).result
        assert result["error"]["name"] == name
        assert words in result["error"]["value"]
        assert (result["timed_out"], result["stopped"]) == (reason == "time", reason == "stop")

    conversing(talk)


def test_stop_ends_what_is_awaited() -> None:
    async def talk(conversation: Conversation) -> None:
        running = asyncio.create_task(conversation.run("import asyncio\nkept = 1\nawait asyncio.sleep(60)"))
        await asyncio.sleep(0.05)
        conversation.host.interrupt_reason = "stop"
        for task in {running}:
            task.cancel()
        result = (await running).result
        assert (result["stopped"], result["error"]["name"]) == (True, "Stopped")
        conversation.host.interrupt_reason = ""
        assert (await conversation.run("await asyncio.sleep(0)\nkept")).result["results"] == [{"text/plain": "1"}]

    conversing(talk)


@contextmanager
def own_sleep() -> Iterator[None]:
    import time

    original = time.sleep
    try:
        yield
    finally:
        time.sleep = original


@pytest.mark.parametrize("can_block", [True, False])
def test_sleep_asks_the_host_where_it_can(can_block: bool) -> None:
    import time

    waited: list[float] = []
    with own_sleep():
        time.sleep = lambda seconds: waited.append(seconds)  # type: ignore[assignment]
        host = FakeHost(can_block=can_block)
        host.sleep = lambda seconds: waited.append(-seconds)  # type: ignore[method-assign]
        clock = iter(range(0, 1000, 15))
        host.now_ms = lambda: next(clock)  # type: ignore[method-assign]
        make_interruptible_sleep(host)
        time.sleep(0.05)
    assert waited == ([-0.05] if can_block else [0.02, 0.02, 0.005])


def test_every_case_checks_something() -> None:
    for case in CASES:
        assert any(step.expect for step in case.steps), case.name
    assert len({case.name for case in CASES}) == len(CASES)
