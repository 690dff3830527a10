"""Tools side by side: ``await lookup(x)`` and ``asyncio.gather(*[lookup(x) for x in xs])`` become calls of
``lookup.aio``, which gives an awaitable, before the code runs. ``lookup(x)`` alone waits for its value."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from codeact_runtime.code_tree import Nodes, aliases, parent_of, qualified_name

__all__ = ["await_tools"]

_Name, _Attribute, _Call, _Await, _Assign = ast.Name, ast.Attribute, ast.Call, ast.Await, ast.Assign
_Starred, _IfExp, _Load, _alias = ast.Starred, ast.IfExp, ast.Load, ast.alias
_walk, _copy_location, _Arg, _Handler = ast.walk, ast.copy_location, ast.arg, ast.ExceptHandler
_DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set, ast.Starred, ast.keyword)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)
_TAKERS = ("gather", "create_task", "ensure_future", "wait_for", "shield", "as_completed", "run")
_TASK_MAKERS = ("create_task", "ensure_future", "run_until_complete")
"""Methods of task groups and loops, whatever those are called."""


def await_tools(tree: ast.AST, nodes: Nodes, tools: Collection[str], variables: Mapping[str, Any]) -> None:
    """Change ``tree`` in place. ``nodes`` is ``collect(tree)``, ``variables`` what the code runs in.

    A name that the code binds itself, or a variable has, is no tool there.
    """
    calls = [
        call for call in nodes.calls
        if call.func.__class__ is _Name and call.func.id in tools and call.func.id not in variables
    ]  # fmt: skip
    if not calls:
        return
    bound = _bound(tree)
    known = {**_asyncio_in(variables), **aliases(nodes.imports)}
    for call in calls:
        func = call.func
        if func.id not in bound and _is_awaited(call, known, tree):  # type: ignore[attr-defined]
            call.func = _copy_location(_Attribute(func, "aio", _Load()), func)


def _is_awaited(node: ast.AST, known: Mapping[str, str], tree: ast.AST, *, named: bool = True) -> bool:
    """Whether the value of ``node`` is awaited, alone or in a list, or handed to what awaits it."""
    above = parent_of(node)
    while above is not None and _hands_on(above, node):
        node, above = above, parent_of(above)
    if above.__class__ is _Await:
        return True
    if above.__class__ is _Call:
        return above.func is not node and _takes(above.func, known)
    if named and above.__class__ is _Assign:
        return _is_awaited_later(above, known, tree)
    return False


def _hands_on(above: ast.AST, node: ast.AST) -> bool:
    if above.__class__ is _IfExp:
        return above.test is not node
    return isinstance(above, _DISPLAYS) or (isinstance(above, _COMPREHENSIONS) and above.elt is node)


def _takes(func: ast.AST, known: Mapping[str, str]) -> bool:
    name = qualified_name(func, dict(known))
    module, _, last = name.rpartition(".")
    return (module == "asyncio" and last in _TAKERS) or (bool(module) and last in _TASK_MAKERS)


def _is_awaited_later(assign: ast.Assign, known: Mapping[str, str], tree: ast.AST) -> bool:
    """``calls = [lookup(x) for x in xs]``, where ``calls`` is used for nothing but to be awaited."""
    target = assign.targets[0]
    if len(assign.targets) != 1 or target.__class__ is not _Name:
        return False
    uses = [node for node in _walk(tree) if node.__class__ is _Name and node.id == target.id]
    reads = [node for node in uses if node is not target]
    return bool(reads) and all(
        node.ctx.__class__ is _Load and _is_awaited(node, known, tree, named=False) for node in reads
    )


def _bound(tree: ast.AST) -> set[str]:
    """Every name that ``tree`` binds anywhere."""
    found: set[str] = set()
    for node in _walk(tree):
        if node.__class__ is _Name and node.ctx.__class__ is not _Load:
            found.add(node.id)
        elif node.__class__ is _Arg:
            found.add(node.arg)
        elif node.__class__ is _alias:
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, _DEFINED) or node.__class__ is _Handler:
            found.add(node.name or "")
        else:  # patterns of match and type parameters
            found.update(
                name for name in (getattr(node, "rest", 0), getattr(node, "name", 0)) if type(name) is str
            )
    return found


def _asyncio_in(variables: Mapping[str, Any]) -> dict[str, str]:
    """What of asyncio earlier steps have imported, by the names it has."""
    functions = {id(getattr(asyncio, name)): f"asyncio.{name}" for name in _TAKERS}
    functions[id(asyncio)] = "asyncio"
    return {name: functions[id(value)] for name, value in variables.items() if id(value) in functions}
