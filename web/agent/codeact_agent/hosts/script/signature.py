"""``@tool``: what the model sees of a Python function, from its type hints and docstring.

Hints may be whatever pydantic knows: dataclasses, TypedDict, models, enums, dates. The model sees them as dicts
and text, the function gets the objects.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, overload

import docstring_parser
from pydantic_core import PydanticSerializationError, to_jsonable_python

from codeact_agent.annotations import is_known
from codeact_agent.errors import DeclarationError
from codeact_agent.hosts.script.hints import Hints, fallback
from codeact_agent.hosts.script.validation import validate
from codeact_agent.schema import annotation_of, describe_value
from codeact_agent.tools import Tool

__all__ = ["tool"]

_PROGRESS = "progress"


@overload
def tool(function: Callable[..., Any]) -> Tool: ...
@overload
def tool(**options: Any) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None, **options: Any
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a function a tool: its type hints and docstring become what the model sees.

    ``@tool``, or ``@tool(approval="call", rate="10/minute", timeout=30)``: ``approval`` says whether the person is
    asked (``never``, at each ``call``, once a ``run``, ``always``: once, and then remembered), ``rate`` how often
    it may be called, ``timeout`` how many seconds it may take. A parameter named ``progress`` is not the model's:
    it gets a function ``progress(fraction, text="")``. Raises DeclarationError for what could not be called.
    """
    unknown = sorted(set(options) - {"approval", "rate", "timeout"})
    if unknown:
        raise DeclarationError(f"@tool knows approval, rate and timeout, not {', '.join(unknown)}")
    if function is None:
        return lambda decorated: _declare(decorated, options)
    return _declare(function, options)


def _declare(function: Callable[..., Any], options: dict[str, Any]) -> Tool:
    name = _name_of(function)
    signature = _signature(function, name)
    given = {key: each for key, each in signature.parameters.items() if key != _PROGRESS}
    text = inspect.getdoc(function) or ""
    documented = _documented(text, name, set(signature.parameters))
    hints = Hints(name, {key: each.annotation for key, each in given.items()}, signature.return_annotation)
    schema = hints.schema
    parameters = []
    for key, each in given.items():
        hint = schema["properties"][key]
        described: dict[str, Any] = {"name": key, "annotation": _told(each.annotation, hint, schema)}
        if each.default is not each.empty:
            described["default"] = hint["default"] = _default(each.default, name, key, hint, schema)
        if words := documented.get(key):
            hint["description"] = " ".join(words.split())
        parameters.append(described)
    parameters.sort(key=lambda each: "default" in each)  # keyword-only ones may be declared in any order
    schema["required"] = [each["name"] for each in parameters if "default" not in each]
    result = hints.result_schema
    return Tool(
        function,
        name,
        parameters,
        _told(signature.return_annotation, result, result),
        text + _keys(text, parameters, schema, result),
        schema=schema,
        result_schema=result,
        takes_progress=_PROGRESS in signature.parameters,
        accept=hints.accept,
        plain=_plain,
        **options,
    )


def _name_of(function: object) -> str:
    if not inspect.isroutine(function):
        raise DeclarationError(f"@tool makes functions tools; {function!r} is none")
    name = function.__name__
    if name == "<lambda>":
        raise DeclarationError("a lambda has no name, hints or docstring for the model: write it with def")
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise DeclarationError(f"the tool {name!r} yields: return a list")
    return name


def _signature(function: Callable[..., Any], name: str) -> inspect.Signature:
    try:
        signature = inspect.signature(function, eval_str=True)
    except Exception as error:  # noqa: BLE001 - a hint is any expression
        raise DeclarationError(f"the tool {name!r}: a type hint cannot be read ({error})") from None
    for parameter in signature.parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise DeclarationError(f"the tool {name!r}: parameter {parameter} cannot be passed by name")
        if parameter.annotation is parameter.empty and parameter.name != _PROGRESS:
            raise DeclarationError(f"the tool {name!r}: parameter {parameter.name!r} needs a type hint")
    if signature.return_annotation is signature.empty:
        raise DeclarationError(f"the tool {name!r} needs a type hint for what it returns")
    return signature


def _documented(text: str, name: str, parameters: set[str]) -> dict[str, str]:
    """Parameter → its words in the docstring, in Google's, numpy's or Sphinx's style."""
    try:
        parsed = docstring_parser.parse(text)
    except docstring_parser.ParseError as error:
        raise DeclarationError(f"the tool {name!r}: its docstring cannot be read ({error})") from None
    found = {}
    for each in parsed.params:
        if each.args[0] == "attribute":
            continue
        key = each.arg_name.lstrip("*")
        if key not in parameters:
            raise DeclarationError(f"the tool {name!r}: its docstring tells of {key!r}, which is no parameter")
        found[key] = each.description or ""
    return found


def _told(annotation: Any, schema: dict[str, Any], root: dict[str, Any]) -> str:
    """The hint as it is written, if the model's code knows its names; otherwise in words it knows."""
    source = _source(annotation)
    return source if is_known(source) else annotation_of(schema, root)


def _source(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    if annotation is None or (isinstance(annotation, type) and not hasattr(annotation, "__origin__")):
        return getattr(annotation, "__name__", "None")
    return str(annotation).replace("typing.", "").replace("NoneType", "None")


def _default(default: Any, name: str, key: str, hint: dict[str, Any], root: dict[str, Any]) -> Any:
    try:
        value = _plain(default)
    except TypeError as error:
        raise DeclarationError(
            f"the tool {name!r}: the default of {key!r} cannot be sent to the sandbox: {error}"
        ) from None
    problems = validate({**hint, "$defs": root.get("$defs", {})}, value)
    if problems:
        raise DeclarationError(f"the tool {name!r}: the default of {key!r} does not fit its hint: {problems[0]}")
    return value


def _keys(text: str, parameters: list[dict[str, Any]], schema: dict[str, Any], result: dict[str, Any]) -> str:
    """What the keys of dicts are, where the hint was a class that the model does not know."""
    lines = [(each["name"], describe_value(schema["properties"][each["name"]], schema)) for each in parameters]
    lines.append(("the value", describe_value(result)))
    return "".join(f"\n\n{name}: {words}" for name, words in lines if words)


def _plain(value: Any) -> Any:
    """What JSON carries of a value: dataclasses, models, dates, sets, numbers of numpy as plain ones."""
    try:
        return to_jsonable_python(value, fallback=fallback, inf_nan_mode="constants")
    except PydanticSerializationError as error:
        raise TypeError(str(error).removeprefix("Error calling `fallback`: ")) from None
