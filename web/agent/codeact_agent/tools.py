"""Tools: functions of the host that the model's code can call. Portable; how they are called is in tool_calls.py.

CPython reads signature and docstring from the function (hosts/script/signature.py). MicroPython drops both when
it compiles, so there they are written out: ``Tool(function, name, parameters, "float", "Area of a circle.")``.
"""

from codeact_agent.annotations import schema_of
from codeact_agent.errors import DeclarationError
from codeact_agent.rate import Rate
from codeact_agent.tool_calls import ToolError, call
from codeact_agent.tool_names import check_name, is_name

__all__ = ["Tool", "ToolError", "call"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_APPROVALS = ("never", "call", "run", "always")


class Tool:
    """A function with what the model needs to know. Calling it calls the function."""

    def __init__(
        self,
        function: "Callable[..., Any]",
        name: str,
        parameters: list["Any"],
        returns: str,
        description: str,
        *,
        approval: str = "never",
        rate: str | None = None,
        timeout: float | None = None,
        schema: dict[str, "Any"] | None = None,
        result_schema: dict[str, "Any"] | None = None,
        source: str = "python",
        takes_progress: bool = False,
        accept: "Callable[[dict[str, Any]], dict[str, Any]] | None" = None,
        plain: "Callable[[Any], Any] | None" = None,
    ) -> None:
        """``parameters``: ``[{name, annotation, default?}]``, annotations as source text.

        ``approval``: whether the person is asked: never, at each call, once a run, or once (always).
        ``rate``: such as ``10/minute``. ``timeout``: seconds. ``schema`` and ``result_schema``: JSON Schemas of
        the arguments object and of the value; made from the annotations where not given. ``takes_progress``:
        whether the function has a parameter ``progress``, which is no argument. ``accept`` makes of checked
        arguments what the function takes, ``plain`` of its value what JSON carries. Raises DeclarationError.
        """
        if not description.strip():
            raise DeclarationError(f"the tool {name!r} needs a docstring: it is all the model knows of it")
        check_name(name)
        _check_options(name, approval, timeout)
        self.function = function
        self.name = name
        self.approval = approval
        self.rate = Rate(rate) if rate is not None else None
        self.timeout = timeout
        self.result_schema = schema_of(returns) if result_schema is None else result_schema
        self.takes_progress = takes_progress
        self.accept = accept
        self.plain = plain
        self.spec: dict[str, Any] = {
            "name": name,
            "description": description,
            "parameters": parameters,
            "returns": returns,
            "schema": _arguments_schema(name, parameters) if schema is None else schema,
            "source": source,
        }
        if approval != "never":
            self.spec["approval"] = approval

    def for_call(self, call_id: int) -> "Tool":
        """The tool for the call with this number: itself, where the number does not matter."""
        return self

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Call the function itself."""
        return self.function(*args, **kwargs)


def _check_options(name: str, approval: str, timeout: float | None) -> None:
    if approval not in _APPROVALS:
        raise DeclarationError(f"the tool {name!r}: approval is one of {', '.join(_APPROVALS)}, not {approval!r}")
    if timeout is None:
        return
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise DeclarationError(f"the tool {name!r}: timeout is a number of seconds above 0, not {timeout!r}")


def _arguments_schema(name: str, parameters: list["Any"]) -> dict[str, "Any"]:
    properties = {}
    for each in parameters:
        if not is_name(each["name"]):
            raise DeclarationError(f"the tool {name!r}: {each['name']!r} cannot be the name of a parameter")
        schema = dict(each.get("schema") or schema_of(each.get("annotation", "")))
        if "default" in each:
            schema["default"] = each["default"]
        properties[each["name"]] = schema
    required = [each["name"] for each in parameters if "default" not in each]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
