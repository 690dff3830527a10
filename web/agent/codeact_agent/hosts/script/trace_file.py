"""Read a trace from a file, with one clear sentence for what is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from codeact_agent.errors import AgentError
from codeact_agent.trace import TRACE_VERSION

__all__ = ["BadTrace", "read_trace"]


class BadTrace(AgentError):
    """The file is no trace that this program reads."""

    kind = "bad_trace"


class _Call(BaseModel):
    name: str
    arguments: dict[str, Any]
    error: dict[str, Any] | None = None
    agent: _Trace | None = None


class _Plan(BaseModel):
    text: str
    usage: dict[str, Any] | None


class _Chunk(BaseModel):
    stream: str
    text: str


class _Displayed(BaseModel):
    bundle: dict[str, Any]
    after: int


class _Question(BaseModel):
    question: str
    answer: str | None


class _Step(BaseModel):
    """What replay and exports read of a step; see docs/trace.md."""

    step: int
    forced: bool
    plan: _Plan | None
    reply: str | None
    tool_calls: list[dict[str, Any]]
    thought: str
    code: str
    approval: dict[str, Any] | None
    tool_approvals: list[dict[str, Any]]
    questions: list[_Question]
    output: list[_Chunk]
    displayed: list[_Displayed]
    tool_calls_made: list[_Call]
    rejected: list[str]
    nudges: list[str | None]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    observation: str | None
    usage: dict[str, Any] | None


class _Trace(BaseModel):
    program: str | None
    created: str | None
    task: str | None
    model: str | None
    status: str | None
    answer: dict[str, Any] | None
    error: dict[str, Any] | None
    usage: dict[str, Any] | None
    cost: float | None
    duration_ms: float | None
    options: dict[str, Any]
    tools: list[dict[str, Any]]
    prelude: list[str]
    messages: list[dict[str, Any]]
    steps: list[_Step]


def read_trace(path: Path) -> dict[str, Any]:
    """The document in ``path``. Raises BadTrace with a sentence that says what is wrong with it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadTrace(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadTrace(f"{path} is not a trace: it is not text.") from error
    except (ValueError, RecursionError) as error:
        raise BadTrace(f"{path} is not a trace, or was cut off: it is not JSON ({error}).") from error
    if not isinstance(document, dict) or "version" not in document or "steps" not in document:
        raise BadTrace(f"{path} is not a trace: it has no version and no steps.")
    if "id" in document and "title" in document:
        raise BadTrace(f"{path} is not a trace but a recording, which the page plays.")
    if document["version"] != TRACE_VERSION:
        raise BadTrace(
            f"{path} is a trace of version {document['version']}; this program reads version {TRACE_VERSION}. "
            f"Use the program that wrote it: {document.get('program') or 'it does not say which'}."
        )
    try:
        _Trace.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(each) for each in first["loc"])
        raise BadTrace(f"{path} is a broken trace: {where}: {first['msg']}.") from error
    return document
