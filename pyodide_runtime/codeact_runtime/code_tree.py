"""One walk over the tree of the model's code, for all that looks at it before it runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

__all__ = ["Nodes", "aliases", "collect", "parent_of", "qualified_name"]

# Everything of `ast` is taken now: the model's code may change the module before its next step is looked at.
_Node, _Name, _Attribute, _Call, _Constant = ast.AST, ast.Name, ast.Attribute, ast.Call, ast.Constant
_Import, _ImportFrom = ast.Import, ast.ImportFrom
_KINDS = tuple(kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST))
_WITHOUT_NODES = {"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "type_ignores", "conversion"}
_LEAVES = (ast.Name, ast.Constant, ast.Import, ast.ImportFrom, ast.Pass, ast.Break, ast.Continue)
_CHILDREN = {
    kind: () if kind in _LEAVES else tuple(name for name in kind._fields if name not in _WITHOUT_NODES)
    for kind in _KINDS
}  # fmt: skip
_EXPECTED = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


@dataclass(slots=True)
class Nodes:
    """The nodes that are looked at, by kind; ``imports`` and ``strings`` in the order of the code.

    Every node below the root has its parent as ``_bandit_parent``, which Bandit's rules climb. ``optional`` has
    the ids of statements whose ImportError the code expects: those in a ``try`` that catches it.
    """

    calls: list[ast.Call] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    strings: list[ast.Constant] = field(default_factory=list)
    attributes: list[ast.Attribute] = field(default_factory=list)
    functions: list[ast.FunctionDef] = field(default_factory=list)
    optional: set[int] = field(default_factory=set)


def collect(tree: ast.AST) -> Nodes:
    """Walk ``tree`` without recursion, however deep it is.

    >>> [call.lineno for call in collect(ast.parse("f(g())")).calls]
    [1, 1]
    """
    nodes = Nodes()
    kept: dict[type[ast.AST], list[ast.AST]] = {
        ast_kind: getattr(nodes, name) for ast_kind, name in _KEPT.items()
    }  # fmt: skip
    pending = [tree]
    while pending:
        node = pending.pop()
        kind = node.__class__
        if kind in kept:
            kept[kind].append(node)
        elif kind in _TRIES:
            _note_optional(node, nodes.optional)
        for name in _CHILDREN[kind]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for child in value:
                    if isinstance(child, _Node):
                        child._bandit_parent = node  # type: ignore[attr-defined]
                        pending.append(child)
            elif isinstance(value, _Node):
                value._bandit_parent = node  # type: ignore[attr-defined]
                pending.append(value)
    # The walk goes from right to left.
    nodes.imports.reverse()
    nodes.strings = [node for node in reversed(nodes.strings) if node.value.__class__ is str]
    return nodes


_KEPT: dict[type[ast.AST], str] = {
    ast.Call: "calls", ast.Import: "imports", ast.ImportFrom: "imports", ast.Constant: "strings",
    ast.Attribute: "attributes", ast.FunctionDef: "functions",
}  # fmt: skip
_TRIES = {ast.Try, ast.TryStar}


def _note_optional(node: ast.AST, optional: set[int]) -> None:
    caught: list[str] = []
    for handler in node.handlers:  # type: ignore[attr-defined]
        kinds = getattr(handler.type, "elts", [handler.type])
        caught += ["Exception" if kind is None else getattr(kind, "id", "") for kind in kinds]
    if _EXPECTED & set(caught):
        optional.update(map(id, node.body))  # type: ignore[attr-defined]


def parent_of(node: ast.AST) -> ast.AST:
    """The node above ``node`` in a tree that has been collected; there is none above its root."""
    return node._bandit_parent  # type: ignore[attr-defined,no-any-return]


def aliases(imports: list[ast.Import | ast.ImportFrom]) -> dict[str, str]:
    """What the imported names stand for: ``{"np": "numpy", "system": "os.system"}``."""
    found: dict[str, str] = {}
    for node in imports:
        if node.__class__ is _Import:
            found.update({each.asname: each.name for each in node.names if each.asname})
        else:
            module = node.module  # type: ignore[union-attr]
            found.update({each.asname or each.name: f"{module}.{each.name}" for each in node.names})
    return found


def qualified_name(node: ast.AST, known: dict[str, str]) -> str:
    """``"os.system"`` for the function of a call or an attribute; what begins with no name begins with a dot.

    >>> qualified_name(ast.parse("sh.system").body[0].value, {"sh": "os"})
    'os.system'
    """
    parts: list[str] = []
    while node.__class__ is _Attribute:
        parts.append(node.attr)
        node = node.value
    name = node.id if node.__class__ is _Name else ""
    return ".".join([known.get(name, name), *reversed(parts)])
