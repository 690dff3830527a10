"""The tools of one run: approves, calls and reports each call of the model's code."""

import json

from codeact_agent.errors import Stopped
from codeact_agent.tools import call

__all__ = ["Toolbox"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.host import Host
    from codeact_agent.tools import Tool


class Toolbox:
    """Answers the sandbox's tool calls. ``emit(type, **fields)`` tells of them."""

    def __init__(
        self,
        host: "Host",
        tools: dict[str, "Tool"],
        emit: "Callable[..., Any]",
        sandbox: dict[str, "Any"],
        approved: list[str],
    ) -> None:
        """``sandbox`` is what ``host.prepare`` tells of it, in time for the first call; ``approved`` are the tools
        that the person has approved of for good: it is added to."""
        self._host = host
        self._sandbox = sandbox
        self._tools = tools
        self._emit = emit
        self._approved = approved
        self._approved_in_run: list[str] = []
        self._calls = 0
        self._approvals = 0

    @property
    def specs(self) -> list["Any"]:
        """What the sandbox and the model are told of the tools."""
        return [tool.spec for tool in self._tools.values()]

    async def call(self, name: str, arguments: str) -> dict[str, "Any"]:
        """``{value}`` (JSON text) or ``{error: {kind, message}}``; ``arguments`` is a JSON object as text.

        Never raises for what the tool does. Raises Stopped.
        """
        self._calls += 1
        call_id = self._calls
        given = json.loads(arguments)
        self._emit("tool_called", call_id=call_id, name=name, arguments=given)
        started = self._host.now()
        tools = self._tools
        if name in tools:
            tools = {name: tools[name].for_call(call_id)}

        def progress(fraction: float | None, text: str) -> None:
            self._emit("tool_progress", call_id=call_id, fraction=fraction, text=text)

        outcome: dict[str, Any] = await call(
            tools,
            name,
            given,
            run_blocking=self._host.run_blocking,
            validate=self._host.validate,
            progress=progress,
            approve=self._approve_call,
            keep_large=self._host.keep_large,
            tool_chars=self._sandbox["limits"]["tool_chars"],
        )
        took = round((self._host.now() - started) * 1000, 1)
        shown = {"value": json.loads(outcome["value"])} if "value" in outcome else outcome
        self._emit("tool_returned", call_id=call_id, name=name, duration_ms=took, **shown)
        return outcome

    async def approve(self, card: dict[str, "Any"]) -> dict[str, "Any"]:
        """Ask the person; ``{decision, reason, code, remember}`` (docs/events.md). Raises Stopped."""
        self._approvals += 1
        self._emit("approval_asked", approval_id=self._approvals, card=card)
        asked = self._approvals
        given = await self._host.approve(card)
        decision = {
            "decision": given["decision"],
            "reason": given.get("reason") or "",
            "code": given.get("code"),
        }
        decision["remember"] = given.get("remember")
        self._emit("approval_given", approval_id=asked, **decision)
        return decision

    async def _approve_call(self, tool: "Tool", arguments: dict[str, "Any"]) -> dict[str, "Any"]:
        """The decision on a call of a tool that needs approval."""
        if tool.name in self._approved or tool.name in self._approved_in_run:
            return {"decision": "approve"}
        decision = await self.approve({"kind": "tool", "name": tool.name, "arguments": arguments})
        if decision["decision"] != "deny":
            remember = decision["remember"] or tool.approval
            if remember == "always":
                self._approved.append(tool.name)
            elif remember == "run":
                self._approved_in_run.append(tool.name)
        return decision

    async def ask(self, question: str, choices: list["Any"] | None = None) -> str:
        """The person's answer to ``question``; the tool ``ask_user``. Raises Stopped."""
        self._calls += 1
        asked = self._calls
        self._emit("question_asked", question_id=asked, question=question, choices=choices)
        answer = await self._host.ask(question, choices)
        if self._host.stopping:
            raise Stopped
        self._emit("question_answered", question_id=asked, answer=answer)
        return answer
