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
    from codeact_agent.toolbox import Progress

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

    def as_tool(self, parent: "Run") -> Tool:
        """The function ``parent``'s code calls; it gives the sub-agent's answer."""

        async def run(task: str, progress: "Progress") -> "Any":
            return await _run(self, parent, task, progress.call_id)

        tool = Tool(run, self.name, [{"name": "task", "annotation": "str"}], "Any",
                    f"Another agent: {self.description.strip()} Gives its answer to `task`, which must say "
                    "all it needs to know.")  # fmt: skip
        tool.spec["source"] = "agent"
        return tool


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
