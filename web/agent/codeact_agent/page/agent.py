"""``Agent``: a ``<codeact-agent>`` of the page, seen or not, driven from Python."""

import asyncio

import js

from codeact_agent.errors import DeclarationError
from codeact_agent.options import Options
from codeact_agent.page.declaring import declared
from codeact_agent.page.events import listen
from codeact_agent.page.handler import definition_of
from codeact_agent.page.hidden import hidden_element, nobody_to_ask
from codeact_agent.page.javascript import RunError, as_bytes, as_javascript, as_python, given, settled
from codeact_agent.page.result import RunResult
from codeact_agent.tool_calls import check_json

__all__ = ["Agent", "agent"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.tools import Tool

TAG = "codeact-agent"
_DEFINED_S = 20
_PAUSE_S = 0.02


def agent(target: "Any" = None) -> "Agent":
    """The agent of an element of the page: ``target`` is a CSS selector, the element, or nothing for the first.

    Raises RunError where there is none.
    """
    wanted = TAG if target is None else target
    element = js.document.querySelector(wanted) if isinstance(wanted, str) else wanted
    if not element:
        raise RunError("no_element", f"This page has no {wanted}: put <codeact-agent></codeact-agent> into it.")
    return Agent(element=element)


class Agent:
    """Drives one element; ``element`` is it, as JavaScript has it."""

    def __init__(
        self,
        tools: "list[Any] | tuple[Any, ...]" = (),
        *,
        model: str = "",
        src: str = "",
        packages: "list[str] | tuple[str, ...]" = (),
        element: "Any" = None,
        **options: "Any",
    ) -> None:
        """Without ``element`` an agent that is not shown, on a page that loads embed.js. ``src`` is where it is
        served from, if not from where embed.js is. ``options`` are those of docs/widget.md: ``max_steps``,
        ``approval``, ``budget``, ``instructions`` … Raises DeclarationError.
        """
        _check(options)
        self.element = element or hidden_element(TAG, model, src, packages)
        self._waiting: list[Any] = []
        self._defined = bool(js.customElements.get(TAG))
        if options:
            self.element.options = as_javascript(options)
        for each in ([] if element else [nobody_to_ask]) + list(tools):
            self.tool(each)

    def tool(self, function: "Any") -> "Tool":
        """Give the model's code a function, or what ``@tool`` made of one: also as a decorator. Raises
        DeclarationError."""
        made = declared(function)
        if self._defined:
            self.element.addTool(definition_of(made))
        else:
            self._waiting.append(made)
            if len(self._waiting) == 1:
                self._joining = asyncio.create_task(self._join())
        return made

    add_tool = tool

    async def run(self, task: str, files: "dict[str, Any] | None" = None) -> RunResult:
        """Have a task done. ``files`` are ``{name: text, bytes, Blob or File}``, for the model's code in /data.

        A run that failed or was stopped is a result as well. Raises RunError where it could not begin.
        """
        await self._join()
        handed = js.Array.new()
        for name in sorted(files or {}):
            handed.push(given(name=name, data=as_bytes((files or {})[name])))
        return RunResult(as_python(await settled(self.element.run(task, given(files=handed)))))

    def stop(self) -> None:
        """End the run there is."""
        if self._defined:
            self.element.stop()

    async def reset(self) -> None:
        """Begin a new conversation. Raises RunError."""
        await self._join()
        await settled(self.element.reset())

    async def ready(self) -> dict[str, "Any"]:
        """Wait until code can run: ``{python, models}``. Raises RunError where it never will."""
        await self._join()
        return as_python(await settled(self.element.load()))  # type: ignore[no-any-return]

    async def add_file(self, name: str, data: "Any") -> str:
        """For the next task: text, bytes, Blob or File. Gives its path for the model's code. Raises RunError."""
        await self._join()
        return str((await settled(self.element.addFile(name, as_bytes(data)))).path)

    async def export_trace(self, form: str = "json") -> dict[str, str]:
        """The newest run as ``{name, mime, text}`` of a file; ``form``: json, ipynb, py or md. Raises RunError."""
        await self._join()
        return as_python(await settled(self.element.exportTrace(form)))  # type: ignore[no-any-return]

    @property
    def messages(self) -> list[dict[str, "Any"]]:
        """What the model was sent and has said in this conversation."""
        return as_python(self.element.messages) if self._defined else []

    def on(self, event: str, function: "Callable[..., Any]") -> None:
        """Call a function, or coroutine function, with the detail of each such event: ``ready``, ``step``,
        ``output``, ``tool``, ``approval``, ``question``, ``answer`` or ``error``.

        That of ``answer`` is a RunResult, that of ``approval`` an Approval, which the function has to decide, that
        of ``question`` a Question, which it has to answer.
        Raises DeclarationError for another name.
        """
        listen(self.element, event, function)

    async def _join(self) -> None:
        """Once embed.js has defined the element, give it the tools that wait. Raises RunError."""
        waited = 0.0
        while not js.customElements.get(TAG):
            if waited > _DEFINED_S:
                raise RunError("no_element", "This page knows no <codeact-agent>: does it load embed.js?")
            await asyncio.sleep(_PAUSE_S)
            waited += _PAUSE_S
        self._defined = True
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            self.element.addTool(definition_of(each))


def _check(options: dict[str, "Any"]) -> None:
    """Raise DeclarationError for options that cannot be, or not from a page."""
    Options().changed(options)
    try:
        check_json(options)
    except (TypeError, ValueError) as error:
        raise DeclarationError(f"an option cannot be sent to the widget: {error}") from None
