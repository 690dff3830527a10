"""Errors as data, with only the model's own frames and source lines."""

from __future__ import annotations

import linecache
import traceback
from typing import TypedDict

from codeact_runtime.truncation import truncate

__all__ = [
    "ErrorInfo",
    "describe",
    "forget_source",
    "line_in",
    "prelude_filename",
    "remember_source",
    "restore_sources",
    "sources",
    "step_filename",
]

# web/sandbox/python_stack.js knows them too.
_PREFIX = "<step "
_PRELUDE = "<tools "
_OWN_ERRORS = "codeact_runtime.errors."  # where they are declared is nothing to the model
# Finding what to mark with ~~^^ in the thousand lines of a runaway recursion takes a third of a second.
_MARKED = 50


class ErrorInfo(TypedDict):
    """``name`` is the exception's class, ``value`` its text, ``traceback`` as Python prints it."""

    name: str
    value: str
    traceback: str


def step_filename(number: int) -> str:
    """The file name under which the code of one execution is compiled."""
    return f"{_PREFIX}{number}>"


def prelude_filename(name: str) -> str:
    """The file name under which the source of sandbox tools is compiled."""
    return f"{_PRELUDE}{name}>"


def line_in(error: BaseException, filename: str) -> int | None:
    """The innermost line of ``filename`` at which ``error`` was raised."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def forget_source(filename: str) -> None:
    """The code has not run."""
    linecache.cache.pop(filename, None)


def remember_source(filename: str, source: str) -> None:
    """Let tracebacks of this and later steps show the source lines of ``filename``."""
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)


def sources(most: int = 1_000_000) -> dict[str, str]:
    """Source of the newest steps by file name, oldest first; at most about ``most`` characters together."""
    kept: dict[str, str] = {}
    for filename in reversed(list(linecache.cache)):
        if filename.startswith(_PREFIX):
            source = "".join(linecache.getlines(filename))
            most -= len(source)
            if most < 0:
                break
            kept[filename] = source
    return dict(reversed(kept.items()))


def restore_sources(saved: dict[str, str]) -> None:
    """Let tracebacks of functions that were restored show their lines; the reverse of ``sources``."""
    for filename, source in saved.items():
        remember_source(filename, source)


def describe(error: BaseException, limit: int) -> ErrorInfo:
    """Describe ``error`` for the model; each text is at most about ``limit`` characters."""
    try:
        value = str(error)
    except BaseException as second:  # noqa: BLE001 - a model's own __str__ may raise, or never end
        value = f"<no text: {type(second).__name__} in __str__>"
    return {
        "name": truncate(type(error).__name__, limit),
        "value": truncate(value, limit),
        "traceback": truncate(_formatted(error), limit),
    }


def _formatted(error: BaseException) -> str:
    details = traceback.TracebackException.from_exception(error, limit=None, compact=True)
    _keep_own_frames(details)
    return "".join(details.format()).rstrip().replace(_OWN_ERRORS, "")


def _keep_own_frames(details: traceback.TracebackException) -> None:
    """Drop frames of libraries and of this runtime, here and in the chained errors."""
    pending: list[traceback.TracebackException | None] = [details]
    while pending:
        current = pending.pop()
        if current is None:
            continue
        own = [frame for frame in current.stack if frame.filename.startswith((_PREFIX, _PRELUDE))]
        if len(own) > _MARKED:
            own = [traceback.FrameSummary(each.filename, each.lineno, each.name, line=each.line) for each in own]
        current.stack = traceback.StackSummary.from_list(own)
        pending += [current.__cause__, current.__context__, *(current.exceptions or [])]
