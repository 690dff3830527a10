"""Tools: Python functions of the host that the model's code can call.

CPython reads signature and docstring from the function. MicroPython drops both when it compiles, so there
they are written out: ``Tool(function, name, "radius: float", "float", "Area of a circle.")``.
"""

import builtins
import json

from codeact_agent.errors import DeclarationError

__all__ = ["Tool", "call", "tool"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# Names that the model's code needs for something else. MicroPython knows fewer builtins than the sandbox,
# which refuses the rest.
_TAKEN = ("final_answer", "display", "HTML", "SVG", "Image", "True", "False", "None")


class Tool:
    """A function with what the model needs to know. Calling it calls the function."""

    def __init__(
        self,
        function: "Callable[..., Any]",
        name: str,
        parameters: list["Any"],
        returns: str,
        description: str,
    ) -> None:
        """``parameters``: ``[{name, annotation, default?}]``, annotations as source text."""
        if not description.strip():
            raise DeclarationError(f"the tool {name!r} needs a docstring: it is all the model knows of it")
        if name in _TAKEN or hasattr(builtins, name):
            raise DeclarationError(f"a tool cannot be named {name!r}: Python or the sandbox has that name already")
        self.function = function
        self.name = name
        self.spec = {"name": name, "description": description, "parameters": parameters, "returns": returns}

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Call the function itself."""
        return self.function(*args, **kwargs)


def tool(function: "Callable[..., Any]") -> Tool:
    """Make a function a tool: its type hints and docstring become what the model sees. CPython only.

    Raises DeclarationError for a missing hint or docstring, and for parameters that cannot be called
    by name.
    """
    import inspect

    name = function.__name__
    signature = inspect.signature(function)
    parameters = []
    for parameter in signature.parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise DeclarationError(f"the tool {name!r}: parameter {parameter} cannot be passed by name")
        if parameter.annotation is parameter.empty:
            raise DeclarationError(f"the tool {name!r}: parameter {parameter.name!r} needs a type hint")
        described = {"name": parameter.name, "annotation": _source(parameter.annotation)}
        if parameter.default is not parameter.empty:
            described["default"] = _plain_default(parameter.default, name, parameter.name)
        parameters.append(described)
    parameters.sort(key=lambda each: "default" in each)  # keyword-only ones may be declared in any order
    if signature.return_annotation is signature.empty:
        raise DeclarationError(f"the tool {name!r} needs a type hint for what it returns")
    return Tool(function, name, parameters, _source(signature.return_annotation), inspect.getdoc(function) or "")


def _plain_default(default: "Any", name: str, parameter: str) -> "Any":
    try:
        _check_json(default)
    except (TypeError, ValueError) as error:
        raise DeclarationError(
            f"the tool {name!r}: the default of {parameter!r} cannot be sent to the sandbox: {error}"
        ) from None
    return default


def _source(annotation: "Any") -> str:
    if isinstance(annotation, str):
        return annotation
    if (
        isinstance(annotation, type)
        and not hasattr(annotation, "__origin__")
        and not hasattr(annotation, "__args__")
    ):
        return annotation.__name__
    return str(annotation).replace("typing.", "")


async def call(
    tools: dict[str, "Any"],
    name: str,
    arguments: dict[str, "Any"],
    run_blocking: "Callable[..., Any] | None" = None,
) -> dict[str, "Any"]:
    """Call a tool by name: ``{value}`` (JSON text) or ``{error: {kind, message}}``, as the sandbox is answered.

    ``await run_blocking(function)`` runs a function where it may block, such as a thread.
    """
    if name not in tools:
        return {"error": {"kind": "NameError", "message": f"there is no tool named {name!r}"}}

    def invoke() -> "Any":
        return tools[name](**arguments)

    try:
        value = await run_blocking(invoke) if run_blocking else invoke()
        if hasattr(value, "__await__") or hasattr(value, "send"):
            value = await value
        return {"value": _as_json(value, name)}
    except Exception as error:  # noqa: BLE001 - whatever a tool raises goes to the code that called it
        return {"error": {"kind": type(error).__name__, "message": str(error)}}


def _as_json(value: "Any", name: str) -> str:
    """MicroPython's ``json.dumps`` writes down anything and CPython's NaN, so the value is looked at first."""
    try:
        _check_json(value)
        return json.dumps(value)
    except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: it holds itself
        raise TypeError(f"{name}() returned something that JSON cannot carry: {error}") from None


def _check_json(value: "Any") -> None:
    if value is None or isinstance(value, (bool, int, str)):
        return
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"the number {value}")
    elif isinstance(value, (list, tuple)):
        for each in value:
            _check_json(each)
    elif isinstance(value, dict):
        for key in value:
            if not isinstance(key, (str, int, float)) and key is not None:
                raise TypeError(f"a key of type {type(key).__name__}")
            _check_json(value[key])
    else:
        raise TypeError(f"a value of type {type(value).__name__}")
