"""Functions that only a JSON Schema describes (OpenAPI, MCP, JavaScript) as tools with signatures. Portable.

MicroPython's dicts have no order, so what has none in the document is sorted: both hosts show the same.
"""

from codeact_agent.schema import annotation_of, describe_value, ordered_keys, resolve
from codeact_agent.tool_names import is_keyword, is_name, python_name
from codeact_agent.tools import Tool

__all__ = ["Signature", "foreign_tool"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Signature:
    """``parameters`` as in a tool's spec, ``schema`` of the arguments by their Python names, and ``wires``: Python
    name → name in the document."""

    def __init__(self, schema: "Any", wires: dict[str, str] | None = None) -> None:
        """``schema`` is that of an object; with ``wires`` its keys are Python's names already."""
        inner = resolve(schema, schema) if isinstance(schema, dict) else {}
        properties = inner.get("properties") or {}
        required = inner.get("required") or []
        self.parameters: list[Any] = []
        self.wires: dict[str, str] = wires or {}
        self._dropped: list[str] = []
        self.schema: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        self.schema["additionalProperties"] = False
        if "$defs" in schema:
            self.schema["$defs"] = schema["$defs"]
        for wire in ordered_keys(inner):
            name = wire if wires is not None else self._named(wire)
            self._add(name, properties[wire], wire in required)

    def _named(self, wire: str) -> str:
        """A name that is Python's already is kept as it is; ``progress`` is that of the tool (tools.py)."""
        taken = list(self.wires) + ["progress"]  # noqa: RUF005 - MicroPython
        kept = is_name(wire) and not is_keyword(wire) and wire not in taken
        name = wire if kept else python_name(wire, taken, "parameter", False)
        self.wires[name] = wire
        return name

    def _add(self, name: str, schema: "Any", required: bool) -> None:
        schema = schema if isinstance(schema, dict) else {}
        annotation = annotation_of(schema, self.schema)
        each: dict[str, Any] = {"name": name, "annotation": annotation}
        if required:
            self.schema["required"].append(name)
        elif "default" in schema:
            each["default"] = schema["default"]
        else:
            each["default"] = None
            if not (annotation == "Any" or annotation.endswith("None")):
                # None is what the model sees as the default, so it may also give it: it is left out.
                self._dropped.append(name)
                each["annotation"] = f"{annotation} | None"
                schema = {"anyOf": [schema, {"type": "null"}], "default": None}
        self.schema["properties"][name] = schema
        self.parameters.append(each)

    def given(self, arguments: dict[str, "Any"]) -> dict[str, "Any"]:
        """Arguments by their Python names, without those that stand for nothing."""
        return {name: value for name, value in arguments.items() if value is not None or name not in self._dropped}

    def sent(self, arguments: dict[str, "Any"]) -> dict[str, "Any"]:
        """Arguments by the names of the document."""
        return {self.wires.get(name, name): value for name, value in self.given(arguments).items()}

    def docstring(self, description: str, result: "Any") -> str:
        """What the function does, and what its arguments and its value are."""
        lines = []
        for each in self.parameters:
            schema = self.schema["properties"][each["name"]]
            inner = schema["anyOf"][0] if each["name"] in self._dropped else schema
            words = " ".join([" ".join(_words(inner).split()), describe_value(inner, self.schema)]).strip()
            if words:
                lines.append(f"    {each['name']}: {words}")
        value = describe_value(result)
        text = description.strip()
        if lines:
            text += "\n\nArgs:\n" + "\n".join(lines)
        return f"{text}\n\nReturns: {value}" if value else text


def _words(schema: dict[str, "Any"]) -> str:
    described = schema.get("description")
    return described if isinstance(described, str) else ""


def foreign_tool(
    function: "Callable[..., Any]", described: dict[str, "Any"], taken: "Any", source: str, **options: "Any"
) -> Tool:
    """A tool of ``{name, description, schema, result_schema?}``; ``taken`` are the names that others have.

    ``await function(arguments)`` gets the arguments by the names of ``schema``, as one dict; with
    ``takes_progress=True`` also ``progress``. ``options`` are Tool's. Raises DeclarationError.
    """
    signature = Signature(described.get("schema") or {"type": "object"})
    result = described.get("result_schema") or {}

    async def send(**arguments: "Any") -> "Any":
        if "progress" in arguments and options.get("takes_progress"):
            progress = arguments.pop("progress")
            return await function(signature.sent(arguments), progress)
        return await function(signature.sent(arguments))

    name = python_name(described["name"], taken)
    return Tool(
        send,
        name,
        signature.parameters,
        annotation_of(result),
        signature.docstring(described.get("description") or "", result),
        schema=signature.schema,
        result_schema=result,
        source=source,
        **options,
    )
