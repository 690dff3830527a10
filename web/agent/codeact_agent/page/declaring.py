"""``@tool``: what the model sees of a function of this page.

Pyodide tells type hints and docstring of a function. MicroPython does not keep them, so they are read from the
text of the script (signature_text.py, ADR 30).
"""

from codeact_agent.errors import DeclarationError
from codeact_agent.foreign import Signature
from codeact_agent.page.javascript import MICROPYTHON
from codeact_agent.schema import annotation_of
from codeact_agent.signature_text import functions_named
from codeact_agent.tool_calls import check_json
from codeact_agent.tools import Tool

__all__ = ["declared", "tool"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_OPTIONS = ("approval", "rate", "timeout")
_KNOWN = ("description", "parameters", "returns") + _OPTIONS  # noqa: RUF005 - MicroPython


class PageTool(Tool):
    """A tool with the ``options`` that the widget is told of."""

    options: dict[str, "Any"]


def tool(function: "Callable[..., Any] | None" = None, **options: "Any") -> "Any":
    """Make a function, or coroutine function, a tool: its type hints and docstring are what the model sees.

    ``@tool``, or ``@tool(approval="call", rate="10/minute", timeout=30)`` as in scripts. ``description``, and
    ``parameters`` and ``returns`` (JSON Schemas: of the object of all arguments, and of the value), say what hints
    and docstring would. A parameter named ``progress`` is not the model's: it gets a function
    ``progress(fraction, text="")``. Raises DeclarationError for what could not be called.
    """
    unknown = sorted([name for name in options if name not in _KNOWN])
    if unknown:
        raise DeclarationError(f"@tool knows {', '.join(_KNOWN)}, not {', '.join(unknown)}")
    if function is None:
        return lambda decorated: _declare(decorated, options)
    return _declare(function, options)


def declared(given: "Any") -> PageTool:
    """``given``, or the tool that a function makes. Raises DeclarationError."""
    return given if isinstance(given, PageTool) else _declare(given, {})


def _declare(function: "Any", options: dict[str, "Any"]) -> PageTool:
    name = getattr(function, "__name__", "")
    if not callable(function) or not name or name == "<lambda>":
        raise DeclarationError(f"@tool makes functions tools that have a name; {function!r} has none")
    if "parameters" in options and "description" in options:
        read = _written_out(options)
    else:
        read = _said_by(function, name, options)
    _check_defaults(name, read["parameters"])
    made = PageTool(
        function,
        name,
        read["parameters"],
        read["returns"],
        options.get("description") or read["description"],
        schema=read.get("schema"),
        result_schema=options.get("returns"),
        takes_progress=read["progress"],
        source="javascript",
        **_chosen(options),
    )
    made.options = _chosen(options)
    return made


def _chosen(options: dict[str, "Any"]) -> dict[str, "Any"]:
    return {name: options[name] for name in _OPTIONS if options.get(name) is not None}


def _written_out(options: dict[str, "Any"]) -> dict[str, "Any"]:
    """Of JSON Schemas."""
    schema = options["parameters"]
    if not isinstance(schema, dict) or not isinstance(schema.get("properties", {}), dict):
        raise DeclarationError(
            "parameters is a JSON Schema of all arguments: {'properties': {…}, 'required': […]}"
        )
    signature = Signature(schema, {name: name for name in schema.get("properties", {})})
    returns = annotation_of(options.get("returns") or {})
    return {
        "parameters": signature.parameters,
        "schema": schema,
        "returns": returns,
        "progress": False,
        "description": "",
    }


def _said_by(function: "Any", name: str, options: dict[str, "Any"]) -> dict[str, "Any"]:
    if "parameters" in options:
        raise DeclarationError(f"the tool {name!r}: with parameters, say its description too")
    if not MICROPYTHON:
        from codeact_agent.page.signature import signature_of

        return signature_of(function)
    from codeact_agent.page.script import texts_of

    for text in texts_of(function):
        found = functions_named(text, name)
        if len(found) == 1:
            return found[0]
        if found:
            raise DeclarationError(
                f"{name!r} is defined {len(found)} times in its script, which MicroPython cannot tell apart: give "
                "the functions different names"
            )
    raise DeclarationError(
        f"the tool {name!r} is not written in a script of this page, and MicroPython keeps neither type hints nor "
        "docstrings: declare it with @tool(description=…, parameters=…)"
    )


def _check_defaults(name: str, parameters: list["Any"]) -> None:
    """Raise DeclarationError for a default that JSON cannot carry."""
    for each in parameters:
        try:
            check_json(each.get("default"))
        except (TypeError, ValueError) as error:
            raise DeclarationError(
                f"the tool {name!r}: the default of {each['name']!r} cannot be sent to the sandbox: {error}"
            ) from None
