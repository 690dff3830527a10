"""Whether the person is asked before code runs, and what they are shown of it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Mapping
from typing import Any

from codeact_runtime.approval_card import Answer, Approval, Card
from codeact_runtime.audit import Finding
from codeact_runtime.errors import Denied
from codeact_runtime.files_named import UNKNOWN, NamedFile, named_files
from codeact_runtime.imports import modules_named
from codeact_runtime.inspection import Inspected
from codeact_runtime.limits import Limits
from codeact_runtime.tools import ToolSpec
from codeact_runtime.truncation import truncate

__all__ = ["Approvals", "take_answer"]

_SEVERITIES = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}
_NOBODY = 4  # of the limit `approve_from`
_Name, _walk, _Load = ast.Name, ast.walk, ast.Load
_exists = os.path.exists
_PERSONS_FILES = "/data/"
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+(\w[\w., \t]*)", re.MULTILINE)
# Of what the person is shown.
_MOST = 100
_CHARS = 500
_REASON_CHARS = 2_000


class Approvals:
    """Of one conversation. ``variables`` is the namespace its code runs in."""

    def __init__(self, limits: Limits, variables: Mapping[str, Any]) -> None:
        self._from = limits.approve_from
        self._variables = variables
        self._imported: set[str] = set()
        self._earlier: list[str] = []

    def note(self, inspected: Inspected) -> None:
        """The code runs: what it imports is no longer new."""
        if inspected.nodes.imports or inspected.nodes.calls:
            self._imported.update(modules_named(inspected.nodes))

    def go_on_from(self, modules: dict[str, str], sources: dict[str, str]) -> None:
        """The conversation has had these variables that are modules, and has run this code, in an interpreter that
        is no longer there: see ``Keeper.rest``."""
        self._imported.update(name for names in modules.values() for name in names.split())
        self._earlier = list(sources.values())

    def card(self, code: str, inspected: Inspected, mode: str, tools: Mapping[str, ToolSpec]) -> Card | None:
        """What to ask the person, or None where they need not be asked. ``tools`` are those of the namespace."""
        if mode not in ("risky", "always") and self._from >= _NOBODY:
            return None
        serious = self._serious(inspected.findings)
        if mode not in ("risky", "always"):
            return self._made(code, inspected, tools, serious) if serious else None
        card = self._made(code, inspected, tools, serious)
        if mode == "always" and not card["reasons"]:
            card["reasons"] = ["All code is shown before it runs."]
        return card if card["reasons"] else None

    def _serious(self, findings: list[Finding]) -> list[str]:
        least = self._from if self._from < _NOBODY else _SEVERITIES["HIGH"]
        return [
            f"The audit rates line {each['line']} as {each['severity']}: {each['text']}"
            for each in findings
            if _SEVERITIES[each["severity"]] >= least
        ]

    def _made(self, code: str, inspected: Inspected, tools: Mapping[str, ToolSpec], reasons: list[str]) -> Card:
        imports = modules_named(inspected.nodes)
        new = sorted(set(imports) - self._known())
        files = named_files(inspected.runner.ast, inspected.nodes, self._variables)
        called = _tools_named(inspected.runner.ast, tools)
        flagged = [name for name in called if tools[name].get("approval", "never") != "never"]
        reasons = [
            *reasons,
            *([f"It imports what has not been imported before: {_listing(new)}."] if new else []),
            *_of_files(files),
            *([f"It calls tools that need approval: {_listing(flagged)}."] if flagged else []),
        ]
        return {
            "code": code, "findings": inspected.findings[:_MOST], "imports": _bounded(imports),
            "new_imports": _bounded(new), "tools": called[:_MOST], "reasons": _bounded(reasons),
            "files": [{**each, "path": _cut(each["path"])} for each in files[:_MOST]],
        }  # fmt: skip

    def _known(self) -> set[str]:
        for source in self._earlier:
            for names in _IMPORT.findall(source):
                self._imported.update(each.split()[0] for each in names.split(",") if each.strip())
        self._earlier = []
        return self._imported


def take_answer(answer: Answer) -> Approval:
    """Raises Denied."""
    reason = truncate(str(answer.get("reason") or "").strip(), _REASON_CHARS)
    if answer.get("approved") is not True:
        raise Denied(reason)
    code = answer.get("code")
    if isinstance(code, str):
        return {"decision": "edit", "reason": reason, "code": code}
    return {"decision": "approve", "reason": reason}


def _of_files(files: list[NamedFile]) -> list[str]:
    deleted = [each["path"] for each in files if each["action"] == "delete"]
    overwritten = [each["path"] for each in files if each["action"] == "write" and _is_persons(each["path"])]
    reasons = []
    if deleted:
        reasons.append(f"It deletes or moves files: {_listing(deleted)}.")
    if overwritten:
        reasons.append(f"It overwrites files of the person's: {_listing(overwritten)}.")
    return reasons


def _is_persons(path: str) -> bool:
    """Whether it is a file the person has brought. Code cannot write to them; they are asked all the same."""
    return path.startswith(_PERSONS_FILES) and _exists(path)


def _tools_named(tree: ast.AST, tools: Mapping[str, ToolSpec]) -> list[str]:
    named = {node.id: None for node in _walk(tree) if node.__class__ is _Name and node.ctx.__class__ is _Load}
    return [name for name in named if name in tools]


def _bounded(texts: list[str]) -> list[str]:
    return [_cut(each) for each in texts[:_MOST]]


def _cut(text: str) -> str:
    return text if len(text) <= _CHARS else text[: _CHARS - 1] + UNKNOWN


def _listing(names: list[str]) -> str:
    shown = ", ".join(_cut(name) for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"
