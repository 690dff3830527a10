"""The runtime's contract in real Pyodide, in the real sandbox, in each browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from contract.case import Case, Happened, check
from contract.cases import CASES, TIME_CASES, TOOLS
from support.engines import Engine, SandboxPage

pytestmark = pytest.mark.browser

GRACE_MS = 900
# The clean slate of a conversation, without the price of a fresh interpreter.
_FORGET = "for _name in [*globals()]:\n    if not _name.startswith('__'): del globals()[_name]\ndel _name"
# Awaiting an event's own delivery means that all earlier ones have been delivered.
_RUN = """async (step) => {
  const outcome = await codeact_run(step);
  await codeact_event({ type: 'settled' });
  return outcome;
}"""


class Sandbox:
    """The page that holds the sandbox, and what came out of it in the current step."""

    def __init__(self, opened: SandboxPage) -> None:
        self.page = opened.page
        self.output: list[tuple[str, str]] = []
        self.displayed: list[dict[str, str]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.cards: list[dict[str, Any]] = []
        self.answer: Any = None
        self.batches = 0
        self.page.expose_function("codeact_event", self._on_event)
        self.page.expose_function("codeact_tool", self._on_tool)
        self.page.expose_function("codeact_approval", self._on_approval)

    def outcome(self, code: str, time_ms: int | None = None, approval: str = "never") -> dict[str, Any]:
        """``{result}`` or ``{error}``."""
        self.output, self.displayed, self.calls, self.cards, self.batches = [], [], [], [], 0
        step = {"code": code, "approval": approval} | ({"time_ms": time_ms} if time_ms else {})
        outcome: dict[str, Any] = self.page.evaluate(_RUN, step)
        return outcome

    def run(self, code: str, time_ms: int | None = None, approval: str = "never", answer: Any = None) -> Happened:
        self.answer = answer
        outcome = self.outcome(code, time_ms, approval)
        assert "result" in outcome, outcome
        return Happened(outcome["result"], self.output, self.displayed, self.calls, self.cards)

    def set_tools(self, names: tuple[str, ...], prelude: str = "") -> None:
        sources = [{"name": "mine", "source": prelude}] if prelude else []
        specs = [TOOLS[name][1] for name in names]
        self.page.evaluate("([specs, prelude]) => codeact.setTools(specs, prelude)", [specs, sources])

    def _on_approval(self, card: dict[str, Any]) -> Any:
        self.cards.append(card)
        return self.answer

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "displayed":
            self.displayed.append(event["bundle"])
        elif event["type"] == "output":
            self.batches += 1
            for chunk in event["chunks"]:
                stream, text = chunk["stream"], chunk["text"]
                if self.output and self.output[-1][0] == stream:
                    text = self.output.pop()[1] + text
                self.output.append((stream, text))

    def _on_tool(self, call: dict[str, Any]) -> dict[str, Any]:
        arguments = json.loads(call["arguments"])
        self.calls.append((call["name"], arguments))
        try:
            return {"value": json.dumps(TOOLS[call["name"]][0](**arguments))}
        except Exception as error:  # noqa: BLE001 - as the real hosts do
            return {"error": {"kind": type(error).__name__, "message": str(error)}}


@pytest.fixture(scope="module")
def booted(engine: Engine, served: str) -> Iterator[Sandbox]:
    with engine.open(served) as opened:
        sandbox = Sandbox(opened)
        opened.load()
        assert opened.start(limits={"grace_ms": GRACE_MS})["can_block"]
        yield sandbox


@pytest.fixture
def sandbox(booted: Sandbox) -> Iterator[Sandbox]:
    """The booted sandbox with an empty namespace and without tools."""
    booted.set_tools(())
    yield booted
    booted.run(_FORGET)


@pytest.mark.parametrize("case", CASES + TIME_CASES, ids=lambda case: case.name)
def test_contract(sandbox: Sandbox, case: Case) -> None:
    sandbox.set_tools(case.tools, case.prelude)
    for step in case.steps:
        check(sandbox.run(step.code, step.time_ms, step.approval, step.answer), step.expect)


def test_executions_are_counted(sandbox: Sandbox) -> None:
    first, *rest = [sandbox.run(code).result["execution_count"] for code in ("1", "1 / 0", "if", "1")]
    assert rest == [first + 1, first + 2, first + 3]


def test_output_comes_in_batches(sandbox: Sandbox) -> None:
    happened = sandbox.run("for n in range(5_000): print(n)")
    assert happened.output == [("stdout", "".join(f"{n}\n" for n in range(5_000)))]
    assert sandbox.batches < 50


def test_warnings_go_to_stderr(sandbox: Sandbox) -> None:
    happened = sandbox.run("import warnings\nwarnings.warn('careful')")
    assert "UserWarning: careful" in happened.result["stderr"]


def test_waiting_for_a_tool_does_not_count_as_the_codes_time(sandbox: Sandbox) -> None:
    sandbox.set_tools(("divide",))
    sandbox.page.evaluate(
        """() => {
          const answer = codeact_tool;
          window.codeact_tool = async (call) => {
            await new Promise((resolve) => setTimeout(resolve, 900));
            window.codeact_tool = answer;
            return answer(call);
          };
        }"""
    )
    happened = sandbox.run("divide(1, 2)", 600)
    assert happened.result["error"] is None
    assert happened.result["results"] == [{"text/plain": "0.5"}]
    assert happened.result["duration_ms"] > 900


def test_one_long_call_ends_with_its_worker(sandbox: Sandbox) -> None:
    counted = sandbox.run("kept = 1").result["execution_count"]
    sandbox.page.evaluate("() => codeact.save()")
    outcome = sandbox.outcome("sum(range(10**11))", 600)
    assert outcome["error"]["kind"] == "killed"
    assert "its interpreter was replaced" in outcome["error"]["message"]
    assert outcome["restored"]["reason"] == "killed"
    assert "kept" in outcome["restored"]["names"]
    happened = sandbox.run("kept")
    assert happened.result["results"] == [{"text/plain": "1"}]
    assert happened.result["execution_count"] == counted + 1


def test_the_models_own_classes_can_be_pickled(sandbox: Sandbox) -> None:
    code = "import pickle\nclass Mine: pass\ntype(pickle.loads(pickle.dumps(Mine()))) is Mine"
    assert sandbox.run(code).result["results"] == [{"text/plain": "True"}]


def test_a_huge_answer_is_cut(sandbox: Sandbox) -> None:
    answer = sandbox.run("final_answer('x' * 15_000_000)").result["final_answer"]
    assert answer["json"] is None
    assert len(answer["text"]) < 1_100_000
    assert "characters not shown" in answer["text"]
