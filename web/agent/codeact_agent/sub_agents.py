"""Agents as functions: a sub-agent is a tool that runs a loop of its own, in a namespace of its own."""

import json

from codeact_agent.errors import AgentError, DeclarationError, Stopped
from codeact_agent.options import Options
from codeact_agent.tools import Tool

__all__ = ["MAX_DEPTH", "SubAgent"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.host import Model
    from codeact_agent.run import Run

MAX_DEPTH = 3


class SubAgent:
    """An agent that another one calls by ``name``."""

    def __init__(
        self,
        name: str,
        description: str,
        tools: dict[str, "Tool"] | None = None,
        options: "Options | None" = None,
        model: "Model | None" = None,
        managed_agents: "tuple[SubAgent, ...]" = (),
    ) -> None:
        """``description`` tells the calling model what to use it for. Without a ``model`` it has its caller's.

        Raises DeclarationError where name or description are missing.
        """
        if not name or not description:
            raise DeclarationError("a managed agent needs a name and a description: they are all its caller knows")
        self.name = name
        self.description = description
        self.tools = tools or {}
        self.options = options or Options()
        self.model = model
        self.managed_agents = managed_agents

    def as_tool(self, parent: "Run") -> "AgentTool":
        """The function ``parent``'s code calls; it gives the sub-agent's answer."""
        return AgentTool(self, parent)


class AgentTool(Tool):
    """A sub-agent in its caller's namespace."""

    def __init__(self, agent: SubAgent, parent: "Run", call_id: int = 0) -> None:
        async def run(task: str) -> "Any":
            return await _run(agent, parent, task, call_id)

        description = (
            f"Another agent: {agent.description.strip()} Gives its answer to `task`, which must say all it "
            "needs to know."
        )
        parameters = [{"name": "task", "annotation": "str"}]
        Tool.__init__(self, run, agent.name, parameters, "Any", description, source="agent")
        self._agent = agent
        self._parent = parent

    def for_call(self, call_id: int) -> "AgentTool":
        """The same, whose events name this call."""
        return AgentTool(self._agent, self._parent, call_id)


async def _run(agent: SubAgent, parent: "Run", task: str, call_id: int) -> "Any":
    from codeact_agent.loop import Loop  # which runs runs, which hold sub-agents

    if parent.depth >= MAX_DEPTH:
        raise AgentError(f"agents can call each other at most {MAX_DEPTH} deep")

    def emit(event: dict[str, "Any"]) -> None:
        parent.emit("agent_event", agent=agent.name, call_id=call_id, event=event)

    host = await parent.host.open_child(agent.name, emit)
    try:
        loop = Loop(host, agent.options, agent.managed_agents, parent.depth + 1)
        model = agent.model or parent.model.for_agent(agent.name, task)
        finished = await loop.run(task, model, agent.tools)
    finally:
        await host.close()
    parent.spend(finished)
    if finished["status"] == "stopped" and parent.host.stopping:
        raise Stopped
    answer = finished["answer"]
    if answer is None:
        why = finished["error"]["message"] if finished["error"] else f"its run was {finished['status']}"
        raise AgentError(f"{agent.name} gave no answer: {why}")
    return answer["text"] if answer["json"] is None else json.loads(answer["json"])
