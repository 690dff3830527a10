"""``BrowserExecutor``: smolagents' ``CodeAgent`` runs its code in our sandbox.

from codeact_agent.integrations.smolagents import BrowserExecutor
with BrowserExecutor() as executor:
    CodeAgent(tools=[…], model=…, executor=executor).run("…")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from smolagents.local_python_executor import CodeOutput, InterpreterError, PythonExecutor
from smolagents.tools import Tool as SmolagentsTool

from codeact_agent.hosts.script.arguments import variables_code
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.person import Approve, Ask, Functions
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_agent.schema import annotation_of
from codeact_agent.toolbox import Toolbox
from codeact_agent.tools import Tool

__all__ = ["BrowserExecutor"]

# smolagents' names of types (AUTHORIZED_TYPES) that JSON Schema does not have.
_NO_JSON_TYPES = ("any", "image", "audio")


class BrowserExecutor(PythonExecutor):  # type: ignore[misc]  # smolagents has no types
    """A smolagents ``PythonExecutor`` whose Python runs in a headless browser's sandbox.

    The agent's tools and managed agents stay in this process; the code calls them as functions that block.
    ``limits``, ``ask`` and ``approve`` are those of ``codeact_agent.Agent``. ``state["_print_outputs"]`` holds
    what the last code printed, as smolagents expects. Close it, or use it in a ``with`` block.

    Raises AgentError when there is no browser, or when it has ended.
    """

    def __init__(
        self, limits: dict[str, int] | None = None, ask: Ask | None = None, approve: Approve | None = None
    ) -> None:
        self.state: dict[str, Any] = {"_print_outputs": ""}
        self._browser = SandboxBrowser(limits)
        self._host = ScriptHost(lambda event: None, self._browser, Functions(ask, approve), RunControl())
        self._thread = ExitStack()
        self._portal: BlockingPortal | None = None

    def __enter__(self) -> BrowserExecutor:
        return self

    def __exit__(self, *exc: object) -> None:
        self.cleanup()

    def send_tools(self, tools: dict[str, SmolagentsTool]) -> None:
        """Make these the functions that the code can call; ``final_answer`` is the sandbox's own."""
        ours = {name: _as_ours(tool) for name, tool in tools.items() if name != "final_answer"}
        self._call(self._give_tools, ours)

    def send_variables(self, variables: dict[str, Any]) -> None:
        """Set variables of the code; they must be JSON values, else AgentError is raised."""
        code = variables_code(variables)
        if code:
            self(code)

    def __call__(self, code_action: str) -> CodeOutput:
        """Run one action. Raises smolagents' InterpreterError with the traceback of what the code raised."""
        outcome = self._call(self._execute, code_action)
        if "error" in outcome:
            raise InterpreterError(outcome["error"]["message"])
        result = outcome["result"]
        logs = self.state["_print_outputs"] = result["stdout"] + result["stderr"]
        if result["error"]:
            raise InterpreterError(result["error"]["traceback"])
        answer = result.get("final_answer")
        if answer:
            return CodeOutput(_value(answer), logs, is_final_answer=True)
        shown = result["results"][0]["text/plain"] if result["results"] else None
        return CodeOutput(shown, logs, is_final_answer=False)

    def cleanup(self) -> None:
        """End the browser. Safe to call twice; smolagents calls it too."""
        if self._portal is not None:
            self._portal.call(self._browser.close)
            self._thread.close()
            self._portal = None

    def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        if self._portal is None:
            self._portal = self._thread.enter_context(start_blocking_portal())
        return self._portal.call(function, *args)

    async def _give_tools(self, tools: dict[str, Tool]) -> None:
        sandbox: dict[str, Any] = {}
        toolbox = Toolbox(self._host, tools, lambda kind, **fields: None, sandbox, [])
        self._host.take_call = toolbox.call
        self._host.take_approval = toolbox.approve
        sandbox.update(await self._host.prepare(toolbox.specs))

    async def _execute(self, code: str) -> dict[str, Any]:
        if self._host.sandbox is None:
            await self._give_tools({})
        return await self._host.execute({"code": code, "time_ms": None, "approval": "never", "images": False})


def _as_ours(tool: SmolagentsTool) -> Tool:
    """smolagents checks arguments itself; what it calls ``nullable`` may be left out."""
    parameters = []
    for name, described in tool.inputs.items():
        parameter: dict[str, Any] = {"name": name, "annotation": _annotation(described["type"])}
        if described.get("nullable"):
            parameter["default"] = None
        parameters.append(parameter)
    parameters.sort(key=lambda each: "default" in each)
    optional = {each["name"] for each in parameters if "default" in each}

    def call(**arguments: Any) -> Any:
        return tool(**{key: value for key, value in arguments.items() if value is not None or key not in optional})

    schema = {"type": "object"}
    returns = _annotation(getattr(tool, "output_type", "any"))
    text = _with_arguments(tool.description, tool.inputs)
    return Tool(call, tool.name, parameters, returns, text, schema=schema, result_schema={}, plain=_plain)


def _with_arguments(description: str, inputs: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [f"    {name}: {described.get('description', '')}" for name, described in inputs.items()]
    return "\n".join([description, "Args:", *lines]) if lines else description


def _annotation(kind: str | list[str]) -> str:
    kinds = [kind] if isinstance(kind, str) else kind
    if any(each in _NO_JSON_TYPES for each in kinds):
        return "Any"
    return annotation_of({"type": kind})


def _plain(value: Any) -> Any:
    """smolagents' AgentText and the like are text; the rest must be JSON."""
    return str(value) if isinstance(value, str) else value


def _value(answer: dict[str, Any]) -> Any:
    return answer["text"] if answer["json"] is None else json.loads(answer["json"])
