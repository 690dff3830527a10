"""The loop in the page: MicroPython through PyScript, joined to web/agent_bridge.js.

Only the bridge's functions are called, and they neither throw nor reject: a JavaScript function that
throws would skip Python's ``except`` and ``finally``.
"""

import asyncio
import io
import json
import sys
import time

from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.errors import AgentError, DeclarationError, ModelError, Stopped, internal_error
from codeact_agent.loop import Loop
from codeact_agent.recorded import RecordedModel, find
from codeact_agent.tools import Tool, call

__all__ = ["main"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

RECORDED = "recorded"
_PACE = 0.02  # seconds between a few recorded words: fast, but one can read along
_TURNS = ("step_started", "step_finished", "run_finished")  # by then the loop has added to its messages


class RelayModel:
    """A ``codeact_agent.host.Model`` behind the server's relay."""

    recorded = False
    time_ms: int | None = None

    def __init__(self, name: str, bridge: "Any") -> None:
        self.name = name
        self._bridge = bridge

    async def chat(self, messages: list["Any"], on_delta: "Callable[..., Any]") -> dict[str, "Any"]:
        """See ``Model``."""
        asked = await self._bridge.chat_begin(json.dumps({"model": self.name, "messages": messages}))
        text = ""
        usage = None
        while True:
            part = json.loads(await self._bridge.chat_next(asked))
            if "error" in part:
                raise self._failure(part["error"])
            if "text" in part:
                text += part["text"]
                on_delta(part["text"])
            elif "usage" in part:
                usage = part["usage"]
            else:
                return {"text": text, "usage": usage}

    def _failure(self, error: dict[str, "Any"]) -> Exception:
        if self._bridge.stopping or error["kind"] == "AbortError":
            return Stopped()
        return ModelError(error["message"], error["kind"], error["status"], error["retry_after"])

    def expected(self, index: int) -> str | None:
        """Nothing is recorded."""
        return None


class PageHost:
    """A ``codeact_agent.host.Host``."""

    def __init__(self, bridge: "Any") -> None:
        self._bridge = bridge
        self.tools: dict[str, Any] = {}
        self._messages: list[Any] = []
        self._given = 0

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
        """Hand one event to the page, after the messages it is about."""
        if event["type"] in _TURNS and len(self._messages) > self._given:
            self._bridge.keep_messages(json.dumps(self._messages[self._given :]))
            self._given = len(self._messages)
        self._bridge.emit(json.dumps(event))

    async def execute(self, code: str, time_ms: int | None) -> dict[str, "Any"]:
        """Run a step in the sandbox."""
        outcome = await self._bridge.execute(json.dumps({"code": code, "time_ms": time_ms}))
        return json.loads(outcome)  # type: ignore[no-any-return]

    async def answer_tool_calls(self) -> None:
        """Take the sandbox's tool calls, each in a task of its own, for as long as the page lives."""
        running: list[Any] = []
        while True:
            called = json.loads(await self._bridge.next_tool_call())
            running = [task for task in running if not task.done()]
            running.append(asyncio.create_task(self._answer(called)))

    async def _answer(self, called: dict[str, "Any"]) -> None:
        outcome = await call(self.tools, called["name"], json.loads(called["arguments"]))
        outcome["id"] = called["id"]
        self._bridge.tool_returned(json.dumps(outcome))


def _demo_tool(name: str) -> Tool:
    if name not in DEMO_TOOLS:
        raise DeclarationError(f"The recording needs a tool named {name!r}, which this page does not have.")
    return DEMO_TOOLS[name]


class Conversation:
    """Carries out the page's commands, one at a time."""

    def __init__(self, bridge: "Any") -> None:
        self._bridge = bridge
        self._host = PageHost(bridge)
        self._loop: Loop | None = None
        self._earlier: list[Any] = []
        self._index: list[Any] = []

    async def listen(self) -> None:
        """Carry out commands for as long as the page lives."""
        calls = asyncio.create_task(self._host.answer_tool_calls())
        self._bridge.ready()
        while not calls.done():
            command = json.loads(await self._bridge.next_command())
            if command["type"] == "open":
                self._loop = None
                self._earlier = command["messages"]
                self._host.give_messages([], 0)
            else:
                await self._run(command["task"], command["files"], command["model"])

    async def _run(self, task: str, files: list["Any"], model_name: str) -> None:
        loop = self._loop or Loop(self._host, {})
        try:
            model, recording = await self._choose(task, model_name)
            names = recording["tools"] if recording else []
            self._host.tools = {name: _demo_tool(name) for name in names}
            specs = [tool.spec for tool in self._host.tools.values()]
            loop = await self._prepare(specs)
        except AgentError as error:
            loop.refuse(task, model_name, error)
            return
        except Exception as bug:  # noqa: BLE001 - told, reported, and the page goes on
            loop.refuse(task, model_name, internal_error(bug))
            self._report(bug)
            return
        task_id = recording["id"] if recording else None
        try:
            task = recording["task"] if recording else task
            await loop.run(task, model, specs, task_id=task_id, files=files)
        except Exception as bug:  # noqa: BLE001 - the loop has told the person; the page goes on
            self._report(bug)

    def _report(self, bug: Exception) -> None:
        """Where we look for what we did wrong."""
        text = io.StringIO()
        sys.print_exception(bug, text)  # type: ignore[attr-defined]
        self._bridge.report(text.getvalue())

    async def _prepare(self, specs: list["Any"]) -> Loop:
        prepared = json.loads(await self._bridge.prepare(json.dumps(specs)))
        if "error" in prepared:
            raise AgentError(prepared["error"]["message"])
        if self._loop is None:
            self._loop = Loop(self._host, prepared)
            self._loop.resume(self._earlier)
            self._host.give_messages(self._loop.messages, 1 + len(self._earlier))
        return self._loop

    async def _choose(self, task: str, name: str) -> tuple["Any", ...]:
        if name != RECORDED:
            return RelayModel(name, self._bridge), None
        if not self._index:
            self._index = (await self._load("recordings/index.json"))["recordings"]
        entry = find(task, self._index)
        recording = await self._load(f"recordings/{entry['id']}.json")
        return RecordedModel(recording, self._host, _PACE), recording

    async def _load(self, path: str) -> dict[str, "Any"]:
        loaded = json.loads(await self._bridge.load_text(path))
        if "error" in loaded:
            raise AgentError(
                f"The recordings could not be loaded ({loaded['error']['message']}). Reload the page."
            )
        return json.loads(loaded["text"])  # type: ignore[no-any-return]


async def main() -> None:
    """Serve the page. Called by agent/page_main.py."""
    from js import codeact_bridge

    await Conversation(codeact_bridge).listen()
