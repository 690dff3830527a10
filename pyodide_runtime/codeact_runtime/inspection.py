"""All that is done with the model's code before it runs: checks, parsing, the import policy, the audit."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from pyodide.code import CodeRunner

from codeact_runtime.audit import Finding, audit
from codeact_runtime.code_tree import Nodes, collect
from codeact_runtime.errors import CodeRefused, InstallRefused
from codeact_runtime.import_hints import hint
from codeact_runtime.imports import Policy
from codeact_runtime.source import asks_to_install, check_source

__all__ = ["Inspected", "Inspector"]


@dataclass(frozen=True)
class Inspected:
    """``runner`` holds the parsed code, ``nodes`` what of it is looked at; ``findings`` are the audit's."""

    runner: CodeRunner
    nodes: Nodes
    findings: list[Finding]


class Inspector:
    """``packages`` of the bundle by import name; ``guided``: whether imports are held to what there is."""

    def __init__(self, packages: Mapping[str, str], *, code_chars: int, guided: bool) -> None:
        self._policy = Policy(packages)
        self._code_chars = code_chars
        self._guided = guided

    def inspect(self, code: str, filename: str) -> Inspected:
        """Raises CodeRefused for what the parser cannot take, SyntaxError for what is no Python."""
        if len(code) > self._code_chars:
            limit = f"the code is {len(code):,} characters long, the limit is {self._code_chars:,}"
            raise CodeRefused(f"{limit}; split it into steps")
        check_source(code)
        try:
            runner = CodeRunner(code, filename=filename, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            if asks_to_install(code, error):
                raise InstallRefused(self._policy.cannot_install()) from None
            raise
        nodes = collect(runner.ast)
        return Inspected(runner, nodes, audit(nodes, code))

    def missing_modules(self, inspected: Inspected) -> list[str]:
        """The modules whose package has to be installed first. Raises CodeRefused for those that cannot be."""
        if self._guided:
            self._policy.check(inspected.nodes)
        needed = self._policy.needed(inspected.nodes, ())
        return [module for module in needed if module not in sys.modules]

    def hint(self, error: BaseException) -> str | None:
        """A sentence of help for an import that failed while the code ran."""
        return hint(error, self._policy)
