"""What the person is shown of code before it runs, what they answer, and what the step's result says of it."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from codeact_runtime.audit import Finding
from codeact_runtime.files_named import NamedFile

__all__ = ["Answer", "Approval", "Card"]


class Card(TypedDict):
    """What the person is shown. ``imports`` are modules, ``new_imports`` those that this conversation has not
    imported before, ``files`` what constants in the code tell, ``tools`` names, ``reasons`` sentences: why it is
    asked. Lists hold at most 100 entries."""

    code: str
    findings: list[Finding]
    imports: list[str]
    new_imports: list[str]
    files: list[NamedFile]
    tools: list[str]
    reasons: list[str]


class Answer(TypedDict):
    """The person's. ``code`` is what runs instead."""

    approved: bool
    code: NotRequired[str]
    reason: NotRequired[str]


class Approval(TypedDict):
    """How the person decided, for the step's result; ``code`` is what ran where they edited it."""

    decision: Literal["approve", "edit", "deny"]
    reason: str
    code: NotRequired[str]
