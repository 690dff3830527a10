"""Log lines: what happened, in text or JSON, without a word of prompts, replies, keys or cookies.

``log`` speaks through the standard library's logger ``codeact``, so a program that runs us inside decides what
becomes of the lines; ``serve`` calls ``configure`` and writes them to stderr.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

__all__ = ["configure", "hashed", "log", "note"]

_NAME = "codeact"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _told_safely(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """No value breaks a line or moves a terminal's cursor; an exception is told by its class and place alone.

    Its message is left out because it may quote what was being worked on, unless the operating system wrote it.
    """
    if (error := _error_of(event.pop("exc_info", None))) is not None:
        event["error"] = type(error).__name__
        if isinstance(error, OSError) and error.strerror:
            event["why"] = error.strerror
        frames = traceback.extract_tb(error.__traceback__)
        event["at"] = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
    # asyncio's and uvicorn's further lines show objects, and with them what they hold.
    event["event"] = str(event.get("event", "")).partition("\n")[0]
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _CONTROL.sub("\ufffd", value)
    return event


def _error_of(exc_info: Any) -> BaseException | None:
    """Whatever the standard library allows there: an exception, sys.exc_info(), or True for the one under way."""
    if isinstance(exc_info, BaseException):
        return exc_info
    found = exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else (None, None, None)
    return found[1]  # type: ignore[no-any-return]


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _told_safely,
]

log: structlog.stdlib.BoundLogger = structlog.wrap_logger(
    logging.getLogger(_NAME),
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)
"""``log.info("what happened", name=value)``. The id of the request under way is added by itself."""


def configure(form: Literal["text", "json"], stream: TextIO | None = None) -> None:
    """Write our lines and uvicorn's to ``stream`` (stderr), one each, as logfmt or as JSON."""
    render: Any = structlog.processors.JSONRenderer()
    if form == "text":
        render = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    for name, level in {_NAME: logging.INFO, "uvicorn": logging.WARNING, "asyncio": logging.ERROR}.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def hashed(identity: str | None) -> str | None:
    """Give 8 hex digits that stand for ``identity`` in log lines: the same each time, readable to nobody.

    >>> hashed("user:alice@example") == hashed("user:alice@example") != hashed("user:bob@example")
    True
    """
    if identity is None:
        return None
    return hashlib.blake2s(identity.encode(), digest_size=4).hexdigest()


def note(state: MutableMapping[str, Any], **facts: str | int | float | None) -> None:
    """Add to the line that is written when the request ends; ``state`` is ``scope["state"]``.

    The relay notes ``upstream``, ``model`` (as the settings name it), ``input_tokens`` and ``output_tokens``.
    """
    state.setdefault("noted", {}).update(facts)
