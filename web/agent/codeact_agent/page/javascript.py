"""Values and functions between this Python and the page's JavaScript, the same in both interpreters.

A JavaScript function that throws skips MicroPython's ``except`` and ``finally``: only such are called as throw for
nothing that can be given here; those that may fail give promises.
"""

import json
import sys

import js
from pyscript.ffi import create_proxy, to_js

__all__ = [
    "MICROPYTHON",
    "RunError",
    "as_bytes",
    "as_javascript",
    "as_python",
    "deferred",
    "failure",
    "free",
    "given",
    "proxy",
    "settled",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MICROPYTHON = sys.implementation.name == "micropython"


class RunError(Exception):
    """What was asked of the agent could not begin; ``kind`` is from the list in docs/widget.md."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def as_python(value: "Any") -> "Any":
    """A JavaScript value that JSON carries."""
    return json.loads(js.JSON.stringify(value))


def as_javascript(value: "Any") -> "Any":
    """A Python value that JSON carries (``check_json``); dicts become objects."""
    return js.JSON.parse(json.dumps(value))


def as_bytes(data: "Any") -> "Any":
    """What ``addFile`` takes, of text, bytes, or a Blob or File of JavaScript."""
    if isinstance(data, (bytes, bytearray)):
        return js.Uint8Array.new(to_js(bytes(data)))
    return data


def given(**fields: "Any") -> "Any":
    """An object of JavaScript with these fields, each as it is."""
    made = js.Object.new()
    for name in fields:
        setattr(made, name, fields[name])
    return made


def proxy(function: "Callable[..., Any]") -> "Any":
    """A JavaScript function that calls this one, until it is freed."""
    return create_proxy(function)


def free(function: "Any") -> None:
    """Nothing calls the proxy any more. MicroPython's are collected by themselves."""
    if not MICROPYTHON:
        function.destroy()


def deferred() -> "Any":
    """``{promise, resolve, reject}``."""
    return js.Promise.withResolvers()


def failure(kind: str, message: str) -> "Any":
    """An Error of JavaScript."""
    error = js.Error.new(message)
    error.kind = kind
    return error


async def settled(promise: "Any") -> "Any":
    """What a promise resolves with. Raises RunError where it rejects."""
    try:
        return await promise
    except Exception as error:
        thrown: Any = error.args[0] if MICROPYTHON and error.args else error
        kind = getattr(thrown, "kind", None)
        if not isinstance(kind, str):
            raise
        raise RunError(kind, str(thrown.message)) from None
