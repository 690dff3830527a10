"""Which modules the model's code may import, and what it is told about the others."""

from __future__ import annotations

import ast
import difflib
import os.path
import sys
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from codeact_runtime.code_tree import Nodes, aliases, qualified_name
from codeact_runtime.errors import CallRefused, ImportRefused, InstallRefused
from codeact_runtime.import_reasons import CALLS, INSTALLERS, MODULES, NETWORK_LIBRARIES, SUBSTITUTES

__all__ = ["Imported", "Policy", "find_imports", "modules_named"]

_Import, _Constant = ast.Import, ast.Constant
_STANDARD = sys.stdlib_module_names
_is_file, _is_folder, _join = os.path.isfile, os.path.isdir, os.path.join
_close_to = difflib.get_close_matches
_IMPORTING = {"__import__", "importlib.import_module", "importlib.__import__", "builtins.__import__"}
_IMPORTERS = {"__import__", "import_module"}
_MOST_NAMED = 60


class Imported(NamedTuple):
    """``module`` is dotted; ``optional`` where the code catches the ImportError."""

    module: str
    line: int
    optional: bool


def find_imports(nodes: Nodes) -> list[Imported]:
    """Every module named in an import, ``__import__`` or ``import_module``, with the names taken from it.

    >>> from codeact_runtime.code_tree import collect
    >>> [found.module for found in find_imports(collect(ast.parse("import os.path as p, re; from a import b")))]
    ['os.path', 're', 'a', 'a.b']
    """
    known = aliases(nodes.imports)
    found = [one for node in nodes.imports for one in _of_statement(node, id(node) in nodes.optional)]
    for call in nodes.calls:
        first = call.args[0] if call.args else None
        name = first.value if first.__class__ is _Constant else None
        if isinstance(name, str) and name and qualified_name(call.func, known) in _IMPORTING:
            found.append(Imported(name, call.lineno, False))
    return sorted(found, key=lambda one: one.line)


def _of_statement(node: ast.Import | ast.ImportFrom, optional: bool) -> Iterator[Imported]:
    if isinstance(node, _Import):
        for each in node.names:
            yield Imported(each.name, node.lineno, optional)
    elif not node.level and node.module:
        yield Imported(node.module, node.lineno, optional)
        for each in node.names:
            yield Imported(f"{node.module}.{each.name}", node.lineno, optional)


def modules_named(nodes: Nodes) -> list[str]:
    """The modules that the code imports, sorted; of ``from a import b`` only ``a``.

    >>> from codeact_runtime.code_tree import collect
    >>> modules_named(collect(ast.parse("import os.path as p, re; from a import b; __import__('c')")))
    ['a', 'c', 'os.path', 're']
    """
    found = {each.name for node in nodes.imports if node.__class__ is _Import for each in node.names}
    found.update(node.module for node in nodes.imports if node.__class__ is not _Import and node.module)  # type: ignore[union-attr]
    for call in nodes.calls:
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        first = call.args[0] if name in _IMPORTERS and call.args else None
        if first.__class__ is _Constant and type(first.value) is str:
            found.add(first.value)
    return sorted(found)


class Policy:
    """``packages`` are the bundle's: import name → package, as in pyodide-lock.json; dotted for namespaces."""

    def __init__(self, packages: Mapping[str, str]) -> None:
        self._packages = dict(packages)
        self._tops = {name.partition(".")[0] for name in packages}

    def check(self, nodes: Nodes) -> None:
        """Raises ImportRefused, InstallRefused or CallRefused; the message holds all that is refused."""
        known = aliases(nodes.imports) if nodes.imports else {}
        imports = find_imports(nodes) if nodes.imports or nodes.calls else []
        refused = [(found, reason) for found in imports if (reason := self._refusal(found, nodes))]
        if refused:
            lines = [f"line {found.line}: {reason}" for found, reason in refused]
            absent = any(_forbidden(found.module) is None for found, _ in refused)
            raise ImportRefused("\n".join([*dict.fromkeys(lines), *([self.available()] if absent else [])]))
        if any(found.module.partition(".")[0] in INSTALLERS for found in imports):
            raise InstallRefused(self.cannot_install())
        calls = [(call.lineno, qualified_name(call.func, known)) for call in nodes.calls]
        named = calls + [(found.line, found.module) for found in imports]
        forbidden = [
            f"line {line}: {name} is not available: {CALLS[name]}." for line, name in named if name in CALLS
        ]
        if forbidden:
            raise CallRefused("\n".join(dict.fromkeys(forbidden)))

    def needed(self, nodes: Nodes, installed: Collection[str]) -> list[str]:
        """Top-level names that are imported, and whose packages are not in ``installed`` (package names)."""
        missing = {name for name, package in self._packages.items() if package not in installed}
        wanted = {name for found in find_imports(nodes) for name in _prefixes(found.module) if name in missing}
        return sorted({name.partition(".")[0] for name in wanted})

    def carries(self, top: str) -> bool:
        """Whether a package of the bundle has this top-level module: that it failed has another reason."""
        return top in self._tops

    def cannot_install(self) -> str:
        """The answer to ``pip install`` in any form."""
        return f"nothing can be installed: this sandbox has no network. {self.available()}"

    def available(self) -> str:
        """What can be imported, in a sentence or two."""
        names = sorted(name for name in self._packages if not name.startswith("_"))
        if not names:
            return "Only Python's standard library is here."
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return f"Available: Python's standard library, {', '.join(names[:_MOST_NAMED])}{more}; just import them."

    def nearest(self, module: str) -> list[str]:
        """Modules here that do the work of ``module``, or whose names look like its name; best first."""
        top = module.partition(".")[0]
        suited = [name for name in SUBSTITUTES.get(top, ()) if self._is_here(name)]
        public = [name for name in _STANDARD if not name.startswith("_") and name not in MODULES]
        return suited or _close_to(top, [*self._tops, *public], n=3, cutoff=0.7)

    def missing(self, module: str) -> str:
        """The sentence about a module that is not here; ``available()`` goes well after it."""
        top = module.partition(".")[0]
        if top in NETWORK_LIBRARIES:
            return f"{top} is not in this sandbox: {NETWORK_LIBRARIES[top]}."
        near = self.nearest(top)
        nearest = f"; nearest: {', '.join(near)}" if near else ""
        return f"{top} is not in this sandbox and cannot be installed{nearest}."

    def _is_here(self, module: str) -> bool:
        return module.partition(".")[0] in _STANDARD or module in self._tops

    def _refusal(self, found: Imported, nodes: Nodes) -> str | None:
        if forbidden := _forbidden(found.module):
            return f"{forbidden} is not available: {MODULES[forbidden]}."
        top = found.module.partition(".")[0]
        known = top in _STANDARD or top in self._tops or top in INSTALLERS or found.optional
        if known or _on_disk(top) or _is_written(top, nodes):
            return None
        return self.missing(top)


def _forbidden(module: str) -> str | None:
    """The refused module that ``module`` is or is part of."""
    return next((name for name in _prefixes(module) if name in MODULES), None)


def _prefixes(module: str) -> Iterator[str]:
    """``a.b.c``, ``a.b``, ``a``."""
    while module:
        yield module
        module = module.rpartition(".")[0]


def _on_disk(top: str) -> bool:
    """Whether the conversation has such a module, made or installed; looks at files and runs nothing."""
    if top in sys.modules:
        return True
    folders = [str(folder or ".") for folder in sys.path]
    return any(_is_file(_join(folder, f"{top}.py")) or _is_folder(_join(folder, top)) for folder in folders)


def _is_written(top: str, nodes: Nodes) -> bool:
    """Whether the same code names a file of that module: it may be about to write it."""
    files = (f"{top}.py", f"{top}/__init__.py")
    return any(file in str(node.value) for node in nodes.strings for file in files)
