"""The loop in the page: MicroPython through PyScript, joined to web/agent_bridge.js."""

import asyncio
import gc
import io
import json
import sys

from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.errors import AgentError, DeclarationError, internal_error
from codeact_agent.hosts.page_host import PageHost, tools_of_page
from codeact_agent.hosts.page_models import PageModel
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.recorded import RecordedModel, agents_of, find

__all__ = ["main"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.host import Model
    from codeact_agent.tools import Tool

RECORDED = "recorded"
_PACE = 0.02  # seconds between a few recorded words: fast, but one can read along


class Conversation:
    """Carries out the page's commands, one at a time."""

    def __init__(self, bridge: "Any") -> None:
        self._bridge = bridge
        self._host = PageHost(bridge)
        self._loop = Loop(self._host)
        self._index: list[Any] = []

    async def listen(self) -> None:
        """Carry out commands for as long as the page lives."""
        answering = asyncio.create_task(self._host.answer())
        self._bridge.ready()
        while not answering.done():
            command = json.loads(await self._bridge.next_command())
            if command["type"] == "open":
                self._open(command["messages"])
            else:
                await self._run(command)

    def _open(self, messages: list["Any"]) -> None:
        self._loop = Loop(self._host)
        gc.collect()  # what was said before is not kept longer than needed
        self._loop.resume(messages)
        self._host.give_messages(self._loop.messages, 1 + len(messages))

    async def _run(self, command: dict[str, "Any"]) -> None:
        """``command`` is ``{task, files, model, options}``; options as in codeact_agent/options.py."""
        task, name = command["task"], command["model"]
        loop = self._loop
        try:
            model, recording = await self._choose(task, name)
            loop.options = Options().changed(recording.get("options", {})).changed(command["options"])
            loop.managed_agents = agents_of(recording, _demo_tool)
            loop.prelude = json.loads(self._bridge.prelude())
            tools = tools_of_page(self._bridge)
            tools.update({each: _demo_tool(each) for each in recording.get("tools", [])})
        except AgentError as error:
            loop.refuse(task, name, error)
            return
        except Exception as bug:  # noqa: BLE001 - told, reported, and the page goes on
            loop.refuse(task, name, internal_error(bug))
            self._report(bug)
            return
        try:
            told = recording.get("task", task)
            await loop.run(told, model, tools, task_id=recording.get("id"), files=command["files"])
        except Exception as bug:  # noqa: BLE001 - the loop has told the person; the page goes on
            self._report(bug)

    def _report(self, bug: Exception) -> None:
        """Where we look for what we did wrong."""
        text = io.StringIO()
        sys.print_exception(bug, text)  # type: ignore[attr-defined]
        self._bridge.report(text.getvalue())

    async def _choose(self, task: str, name: str) -> "tuple[Model, dict[str, Any]]":
        """The model, and its recording if it has one."""
        if name != RECORDED:
            return PageModel(name, self._bridge, json.loads(self._bridge.model_facts(name))), {}
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


def _demo_tool(name: str) -> "Tool":
    if name not in DEMO_TOOLS:
        raise DeclarationError(f"The recording needs a tool named {name!r}, which this page does not have.")
    return DEMO_TOOLS[name]


async def main() -> None:
    """Serve the page. Called by agent/page_main.py."""
    from js import codeact_bridge

    await Conversation(codeact_bridge).listen()
