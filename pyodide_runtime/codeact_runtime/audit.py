"""Findings about the model's code in Bandit's terms, before it runs. They inform; they stop nothing."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from typing import Any, Literal, TypedDict, cast

from codeact_runtime.audit_rules import own_findings
from codeact_runtime.bandit_rules import load
from codeact_runtime.code_tree import Nodes, aliases, parent_of, qualified_name

__all__ = ["Finding", "Severity", "audit"]

Severity = Literal["LOW", "MEDIUM", "HIGH"]
_BANDIT = load()
_Bytes = io.BytesIO
_JOINING = (ast.BinOp, ast.JoinedStr)


class Finding(TypedDict):
    """``rule`` is Bandit's id of the test, such as B307, or one of ours, which begin with CA; ``line`` from 1."""

    rule: str
    severity: Severity
    line: int
    text: str


def audit(nodes: Nodes, code: str) -> list[Finding]:
    """What is risky in ``code``, by line. ``nodes`` is ``collect(tree)`` of it; `# nosec` has no effect here.

    >>> from codeact_runtime.code_tree import collect
    >>> [(found["rule"], found["severity"]) for found in audit(collect(ast.parse("eval('1')")), "eval('1')")]
    [('B307', 'MEDIUM')]
    """
    found: list[Finding] = []
    if nodes.calls or nodes.strings or nodes.functions or nodes.attributes:
        known = aliases(nodes.imports)
        found = list(_of_bandit(nodes, known))
        found += [
            {"rule": rule, "severity": cast(Severity, severity), "line": line, "text": text}
            for rule, severity, line, text in own_findings(nodes, known)
        ]
    if not code.isascii():
        found += _run("File", {"file_data": _Bytes(code.encode(errors="replace"))}, 1)
    unique = {(each["rule"], each["line"]): each for each in found}
    return sorted(unique.values(), key=lambda each: (each["line"], each["rule"]))


def _of_bandit(nodes: Nodes, known: dict[str, str]) -> Iterator[Finding]:
    base = {"imports": set(known.values()) | _modules(nodes), "import_aliases": known, "filename": "<step>"}
    for call in nodes.calls:
        name = qualified_name(call.func, known)
        values = {**base, "node": call, "call": call, "qualname": name, "name": name.rpartition(".")[2]}
        yield from _run("Call", values, call.lineno)
    added: set[ast.AST] = set()
    for text in nodes.strings:
        if not _is_known_part(text, added):
            yield from _run("Str", {**base, "node": text, "str": text.value}, text.lineno)
    for function in nodes.functions:
        values = {**base, "node": function, "function": function, "name": function.name}
        yield from _run("FunctionDef", values, function.lineno)


def _is_known_part(text: ast.AST, added: set[ast.AST]) -> bool:
    """Whether ``text`` is part of a sum or f-string already looked at: a rule takes all of it for each part."""
    above = parent_of(text)
    while above.__class__ in _JOINING:
        if above in added:
            return True
        added.add(above)
        above = parent_of(above)
    return False


def _modules(nodes: Nodes) -> set[str]:
    return {each.name for node in nodes.imports for each in node.names}


def _run(kind: str, values: dict[str, Any], line: int) -> Iterator[Finding]:
    context = _BANDIT.context(values)
    for rule in _BANDIT.rules.get(kind, ()):
        try:
            issue = rule(context)
        except Exception as error:  # noqa: BLE001 - a rule that trips over odd code must not keep it from running
            text = f"could not be checked ({type(error).__name__})"
            yield {"rule": rule.__name__, "severity": "LOW", "line": line, "text": text}
            continue
        if issue is not None:
            at = issue.lineno or line
            yield {"rule": issue.test_id, "severity": issue.severity, "line": at, "text": issue.text}
