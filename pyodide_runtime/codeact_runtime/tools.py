"""Make the host's tools callable from the model's code as ordinary functions."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from codeact_runtime.host import Host
from codeact_runtime.pending_call import PendingCall

__all__ = ["Parameter", "ToolSpec", "make_tool"]


class Parameter(TypedDict):
    """``annotation`` is source text such as ``list[str]``; without ``default`` it is required."""

    name: str
    annotation: str
    default: NotRequired[Any]
    schema: NotRequired[dict[str, Any]]


class ToolSpec(TypedDict):
    """A tool as the host describes it; ``returns`` is an annotation as source text, ``schema`` JSON Schema of the
    arguments object. ``approval``: when the person is asked; ``source``: where the tool comes from."""

    name: str
    description: str
    parameters: list[Parameter]
    returns: str
    schema: NotRequired[dict[str, Any]]
    approval: NotRequired[str]
    source: NotRequired[str]


class _Annotation:
    """Source text of an annotation that prints without quotes in ``help(tool)``."""

    def __init__(self, source: str) -> None:
        self.source = source

    def __repr__(self) -> str:
        return self.source


def make_tool(spec: ToolSpec, host: Host) -> Callable[..., Any]:
    """A function with the tool's own name, signature and docstring.

    Where the host can block, calling it returns the tool's value; otherwise what must be awaited for it. Calling
    its ``aio`` gives what must be awaited anywhere: several at once run side by side. Raises TypeError for wrong
    arguments or values that JSON cannot carry, ToolError for what the tool itself raised.
    """
    name = spec["name"]
    signature = _signature(spec)

    def tool(*args: Any, **kwargs: Any) -> Any:
        arguments = _bind(name, signature, args, kwargs)
        if host.can_block:
            return host.call_tool(name, arguments)
        return PendingCall(f"{name}(…)", host.call_tool_async(name, arguments), "in this browser ")

    def aio(*args: Any, **kwargs: Any) -> Any:
        arguments = _bind(name, signature, args, kwargs)
        return PendingCall(f"{name}.aio(…)", host.call_tool_async(name, arguments))

    tool.aio = aio  # type: ignore[attr-defined]
    tool.__name__ = tool.__qualname__ = name
    tool.__doc__ = spec["description"]
    tool.__signature__ = signature  # type: ignore[attr-defined]
    return tool


def _signature(spec: ToolSpec) -> inspect.Signature:
    parameters = [
        inspect.Parameter(
            each["name"],
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            annotation=_Annotation(each["annotation"]) if each["annotation"] else inspect.Parameter.empty,
            default=each.get("default", inspect.Parameter.empty),
        )
        for each in spec["parameters"]
    ]
    returns = _Annotation(spec["returns"]) if spec["returns"] else inspect.Signature.empty
    return inspect.Signature(parameters, return_annotation=returns)


def _bind(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    try:
        arguments = dict(signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise TypeError(f"{name}{signature}: {error}") from None
    for parameter, value in arguments.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name}(): argument {parameter!r} of type {type(value).__name__} cannot be sent to a "
                f"tool ({error}); pass text, numbers, booleans, None, lists or dicts"
            ) from None
    return arguments
