"""The ``codeact_agent.host.Host`` of the page: every call goes to web/agent_bridge.js as JSON text.

Only the bridge's functions are called, and they neither throw nor reject: a JavaScript function that
throws would skip Python's ``except`` and ``finally``.
"""

import asyncio
import json
import time

from codeact_agent.errors import AgentError, Stopped, internal_error
from codeact_agent.hosts.page_tools import page_tools
from codeact_agent.problems import sentences, unusable

__all__ = ["PageHost", "tools_of_page"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.tools import Tool

_TURNS = ("step_started", "step_finished", "run_finished")  # by then the loop has added to its messages


class PageHost:
    """One interpreter of the page: that of the conversation, or of a sub-agent (``namespace`` above 0)."""

    forward: "Callable[[dict[str, Any]], None]"
    take_call: "Callable[[str, str], Any]"
    take_approval: "Callable[[dict[str, Any]], Any]"
    run_blocking = None

    def __init__(
        self,
        bridge: "Any",
        namespace: int = 0,
        emit: "Callable[[dict[str, Any]], None] | None" = None,
        family: "dict[int, PageHost] | None" = None,
    ) -> None:
        self._bridge = bridge
        self._namespace = namespace
        self._emit = emit
        self._family = {} if family is None else family
        self._family[namespace] = self
        self._messages: list[Any] = []
        self._given = 0
        self._specs: list[Any] = []
        self._prelude: list[Any] = []

    def give_messages(self, messages: list["Any"], given: int) -> None:
        """From now on give the page what is added to ``messages``, of which it has the first ``given``."""
        self._messages = messages
        self._given = given

    @property
    def stopping(self) -> bool:
        """Whether Stop was pressed."""
        return bool(self._bridge.stopping)

    def now(self) -> float:
        """Monotonic seconds."""
        return time.ticks_ms() / 1000  # type: ignore[attr-defined, no-any-return]

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking."""
        await asyncio.sleep(seconds)

    def emit(self, event: dict[str, "Any"]) -> None:
        """Hand one event to the page, after the messages it is about; a sub-agent's to its caller."""
        if self._emit is not None:
            self._emit(event)
            return
        if event["type"] in _TURNS and len(self._messages) > self._given:
            self._bridge.keep_messages(json.dumps(self._messages[self._given :]))
            self._given = len(self._messages)
        self._bridge.emit(json.dumps(event))

    async def prepare(self, specs: list["Any"], prelude: list["Any"]) -> dict[str, "Any"]:
        """See ``Host``."""
        self._specs = specs
        self._prelude = prelude
        given = json.dumps({"specs": specs, "prelude": prelude})
        return await self._asked(self._bridge.prepare(self._namespace, given))  # type: ignore[no-any-return]

    async def execute(self, step: dict[str, "Any"]) -> dict[str, "Any"]:
        """See ``Host``."""
        outcome = await self._bridge.execute(self._namespace, json.dumps(step))
        return json.loads(outcome)  # type: ignore[no-any-return]

    async def until_stopped(self, work: "Any") -> "Any":
        """See ``Host``: the bridge ends what waits (Stop aborts its signal)."""
        return await work

    async def ask(self, question: str, choices: list[str] | None) -> str:
        """See ``Host``."""
        asked = {"question": question, "choices": choices}
        return (await self._asked(self._bridge.ask(json.dumps(asked))))["answer"]  # type: ignore[no-any-return]

    async def approve(self, card: dict[str, "Any"]) -> dict[str, "Any"]:
        """See ``Host``."""
        return await self._asked(self._bridge.approve(json.dumps(card)))  # type: ignore[no-any-return]

    def validate(self, schema: dict[str, "Any"], value: "Any") -> list["Any"]:
        """See ``Host``."""
        found = json.loads(self._bridge.find_problems(json.dumps({"schema": schema, "value": value})))
        if "error" in found:
            return [unusable(found["error"]["message"])]
        return sentences(found["problems"], schema, value)

    async def keep_large(self, name: str, text: str) -> "Any":
        """See ``Host``."""
        return await self._asked(self._bridge.keep_large(self._namespace, name, text))

    async def open_child(self, name: str, emit: "Callable[[dict[str, Any]], None]") -> "PageHost":
        """See ``Host``: a frame and a worker of its own."""
        opened = await self._asked(self._bridge.open_child(name))
        return PageHost(self._bridge, opened["namespace"], emit, self._family)

    async def close(self) -> None:
        """End a child's frame."""
        del self._family[self._namespace]
        self._bridge.close_child(self._namespace)

    async def answer(self) -> None:
        """Take what the interpreters ask (tool calls, approvals), each in a task of its own, for as long as the
        page lives."""
        running: list[Any] = []
        while True:
            asked = json.loads(await self._bridge.next_question())
            running = [task for task in running if not task.done()]
            work = self._export(asked) if asked["type"] == "export" else self._answer(asked)
            running.append(asyncio.create_task(work))

    async def _export(self, asked: dict[str, "Any"]) -> None:
        """A run's events, as a file for the person."""
        from codeact_agent.trace import TraceRecorder
        from codeact_agent.trace_export import FORMS, export

        exported: dict[str, Any] = {"id": asked["id"]}
        info = asked["info"]
        info["tools"] = self._specs
        info["prelude"] = [each["source"] for each in self._prelude]
        try:
            recorder = TraceRecorder(info)
            for event in asked["events"]:
                recorder.take(event)
            document = recorder.document()
            exported["text"] = export(document, asked["form"])
            exported["mime"] = FORMS[asked["form"]]
            exported["name"] = f"run.{asked['form']}"
        except Exception as bug:  # noqa: BLE001 - who waits for it is told, and it is shown there
            exported["error"] = str(internal_error(bug))
        self._bridge.exported(json.dumps(exported))

    async def _answer(self, asked: dict[str, "Any"]) -> None:
        try:
            host = self._family[asked["namespace"]]
            if asked["type"] == "tool_called":
                answer = await host.take_call(asked["name"], asked["arguments"])
            elif asked["type"] == "settled":
                answer = {}
            elif asked["type"] == "approval_needed":
                answer = _as_approval(await host.take_approval(asked["card"]))
            else:
                host.forward(asked["event"])
                return
        except Stopped:
            answer = {"error": {"kind": "Stopped", "message": "the person stopped the run"}}
        answer["id"] = asked["id"]
        self._bridge.answered(json.dumps(answer))

    async def _asked(self, promise: "Any") -> "Any":
        """What the bridge resolves to. Raises Stopped, or AgentError for an ``error``."""
        answer = json.loads(await promise)
        if "error" in answer:
            if self.stopping or answer["error"]["kind"] == "AbortError":
                raise Stopped
            problem = AgentError(answer["error"]["message"])
            problem.kind = answer["error"]["kind"]
            raise problem
        return answer


def _as_approval(decision: dict[str, "Any"]) -> dict[str, "Any"]:
    """As the sandbox is told (``approve`` in docs/protocol.md)."""
    approval = {"approved": decision["decision"] != "deny", "reason": decision["reason"]}
    if decision["decision"] == "edit":
        approval["code"] = decision["code"]
    return approval


def tools_of_page(bridge: "Any") -> "dict[str, Tool]":
    """The tools that the embedding page has given (web/tools/page_tools.js), by name. Raises DeclarationError."""
    tools, left_out = page_tools(json.loads(bridge.page_tools()), bridge.invoke_tool)
    bridge.tools_left_out(json.dumps(left_out))
    return {each.name: each for each in tools}
