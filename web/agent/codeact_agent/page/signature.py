"""Signature and docstring of a function, as Pyodide keeps them."""

from codeact_agent.errors import DeclarationError
from codeact_agent.signature_text import ordered

__all__ = ["signature_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def signature_of(function: "Callable[..., Any]") -> dict[str, "Any"]:
    """What ``functions_named`` gives of a function's text. Raises DeclarationError."""
    import inspect

    name = function.__name__
    signature = inspect.signature(function)
    parameters = []
    for each in signature.parameters.values():
        if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            raise DeclarationError(f"the tool {name!r}: parameter {each.name} cannot be passed by name")
        if each.name == "progress":
            continue
        if each.annotation is each.empty:
            raise DeclarationError(f"the tool {name!r}: parameter {each.name!r} needs a type hint")
        described = {"name": each.name, "annotation": _written(each.annotation)}
        if each.default is not each.empty:
            described["default"] = each.default
        parameters.append(described)
    if signature.return_annotation is signature.empty:
        raise DeclarationError(f"the tool {name!r} needs a type hint for what it returns")
    return {
        "parameters": ordered(parameters),
        "returns": _written(signature.return_annotation),
        "description": inspect.getdoc(function) or "",
        "progress": "progress" in signature.parameters,
    }


def _written(annotation: "Any") -> str:
    """As it stands in the source."""
    if isinstance(annotation, str):
        return annotation
    if annotation is None or (isinstance(annotation, type) and not hasattr(annotation, "__origin__")):
        return getattr(annotation, "__name__", "None")
    return str(annotation).replace("typing.", "").replace("NoneType", "None")
