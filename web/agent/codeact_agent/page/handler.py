"""A tool as the handler that ``addTool`` of ``<codeact-agent>`` takes."""

import asyncio
import json

from codeact_agent.page.javascript import as_javascript, as_python, deferred, failure, free, given, proxy
from codeact_agent.tool_calls import call

__all__ = ["definition_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.page.declaring import PageTool

_running: list["Any"] = []  # what nobody refers to may be collected


def definition_of(tool: "PageTool") -> "Any":
    """The object that describes the tool to JavaScript, with a handler that calls it."""
    options = {name: as_javascript(tool.options[name]) for name in tool.options}
    return given(
        name=tool.name,
        description=tool.spec["description"],
        parameters=as_javascript(tool.spec["schema"]),
        returns=as_javascript(tool.result_schema),
        handler=proxy(_handler(tool)),
        **options,
    )


def _handler(tool: "PageTool") -> "Callable[..., Any]":
    """``handler(args, signal, progress)`` gives a promise: of the value, or rejected with the tool's error by type
    and message. Stop cancels the tool where it awaits."""

    def handler(args: "Any", signal: "Any", progress: "Any") -> "Any":
        made = deferred()
        # MicroPython may collect what a function gives before JavaScript has it, which then gets undefined.
        promise = made.promise
        work: Any = None

        def stop(_event: "Any") -> None:
            work.cancel()

        stopping = proxy(stop)

        async def answer() -> None:
            try:
                await _answer(tool, as_python(args), progress, made)
            finally:
                signal.removeEventListener("abort", stopping)
                free(stopping)
                _running.remove(kept)

        work = asyncio.create_task(answer())
        kept = (work, promise)
        _running.append(kept)
        signal.addEventListener("abort", stopping)
        return promise

    return handler


async def _answer(tool: "PageTool", arguments: "Any", progress: "Any", made: "Any") -> None:
    def tell(fraction: float | None, text: str) -> None:
        progress.apply(None, as_javascript([fraction, text]))

    outcome = await call({tool.name: tool}, tool.name, arguments, progress=tell, approve=_allowed)
    if "error" in outcome:
        made.reject(failure(outcome["error"]["kind"], outcome["error"]["message"]))
    else:
        made.resolve(as_javascript(json.loads(outcome["value"])))


async def _allowed(_tool: "Any", _arguments: "Any") -> dict[str, str]:
    """The widget has asked the person already."""
    return {"decision": "approve"}
