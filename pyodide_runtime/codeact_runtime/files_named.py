"""Which files the code reads, writes or deletes, as far as constants in it tell. Nothing is run."""

from __future__ import annotations

import ast
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypedDict

from codeact_runtime.code_tree import Nodes, aliases, qualified_name

__all__ = ["NamedFile", "named_files"]

Action = Literal["read", "write", "delete"]
_Constant, _Name, _BinOp, _Call, _JoinedStr = ast.Constant, ast.Name, ast.BinOp, ast.Call, ast.JoinedStr
_Attribute, _Assign, _Arg, _Load, _Div, _walk = ast.Attribute, ast.Assign, ast.arg, ast.Load, ast.Div, ast.walk
_join, _normal, _here = os.path.join, os.path.normpath, os.getcwd
_PATHS = tuple({pathlib.PurePath, pathlib.Path, type(pathlib.PurePath()), type(pathlib.Path())})
UNKNOWN = "…"
"""Stands for the part of a path that is made while the code runs."""
_DEEPEST = 8  # a name may stand for a sum of itself and itself

_OPENING = {
    "open",
    "io.open",
    "codecs.open",
    "gzip.open",
    "bz2.open",
    "lzma.open",
    "zipfile.ZipFile",
    "tarfile.open",
}
# Of functions: what happens to the file of each argument.
_FUNCTIONS: dict[str, tuple[Action, ...]] = {
    **dict.fromkeys(("os.remove", "os.unlink", "os.rmdir", "os.removedirs", "shutil.rmtree"), ("delete",)),
    **dict.fromkeys(("os.rename", "os.replace", "os.renames", "shutil.move"), ("delete", "write")),
    **dict.fromkeys(("shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree"), ("read", "write")),
    "os.truncate": ("write",),
    "sqlite3.connect": ("write",),
}
# Of paths: what happens to the path's own file, then to that of the argument.
_METHODS: dict[str, tuple[Action, ...]] = {
    "read_text": ("read",), "read_bytes": ("read",), "write_text": ("write",), "write_bytes": ("write",),
    "touch": ("write",), "unlink": ("delete",), "rmdir": ("delete",), "rename": ("delete", "write"),
    "replace": ("delete", "write"),
}  # fmt: skip
# Such as pandas.read_csv("a.csv"), table.to_csv("a.csv"), figure.savefig("a.png").
_READING, _WRITING = ("read_", "load"), ("to_", "save", "write_")


class NamedFile(TypedDict):
    """``path`` is absolute; ``…`` in it is what only the running code knows."""

    path: str
    action: Action


class _Names(NamedTuple):
    known: dict[str, str]
    assigned: dict[str, ast.AST | None]
    variables: Mapping[str, Any]


def named_files(tree: ast.AST, nodes: Nodes, variables: Mapping[str, Any]) -> list[NamedFile]:
    """Each file and action once, in the order of the code; ``variables`` is what the code will run in."""
    names = _Names(aliases(nodes.imports), _assigned(tree), variables)
    found: dict[tuple[str, Action], NamedFile] = {}
    for call in sorted(nodes.calls, key=lambda each: (each.lineno, each.col_offset)):
        for path, action in _of_call(call, names):
            absolute = path if path.startswith(UNKNOWN) else _normal(_join(_here(), path))
            found[absolute, action] = {"path": absolute, "action": action}
    return list(found.values())


def _assigned(tree: ast.AST) -> dict[str, ast.AST | None]:
    """What a name stands for that is assigned once; None for those assigned more often, and for parameters."""
    found: dict[str, ast.AST | None] = {}
    for node in _walk(tree):
        if node.__class__ is _Name and node.ctx.__class__ is not _Load:
            name = node.id
            above = node._bandit_parent  # type: ignore[attr-defined]
            found[name] = above.value if above.__class__ is _Assign and name not in found else None
        elif node.__class__ is _Arg:
            found[node.arg] = None
    return found


def _of_call(call: ast.Call, names: _Names) -> Iterator[tuple[str, Action]]:
    name = qualified_name(call.func, names.known)
    last = name.rpartition(".")[2]
    if name in _OPENING:
        yield _argument(call, 0, names, ("file", "filename", "name")) or UNKNOWN, _of_mode(_mode(call, 1))
    elif actions := _FUNCTIONS.get(name):
        for position, action in enumerate(actions):
            yield _argument(call, position, names, ("path", "src", "dst")[position:]) or UNKNOWN, action
    elif call.func.__class__ is _Attribute:
        yield from _of_method(call, last, names)


def _of_method(call: ast.Call, last: str, names: _Names) -> Iterator[tuple[str, Action]]:
    own = _path(call.func.value, names)  # type: ignore[attr-defined]
    if own is not None and last == "open":
        yield own, _of_mode(_mode(call, 0))
    elif own is not None and last in _METHODS and (last != "replace" or len(call.args) == 1):  # or it is str's
        yield own, _METHODS[last][0]
        for action in _METHODS[last][1:]:
            yield _argument(call, 0, names) or UNKNOWN, action
    elif last in ("unlink", "rmdir", "rmtree"):
        yield _argument(call, 0, names) or UNKNOWN, "delete"
    elif last.startswith(_READING + _WRITING):
        path = _argument(call, 0, names)
        if path and ("/" in path or "." in path):
            yield path, "read" if last.startswith(_READING) else "write"


def _argument(call: ast.Call, position: int, names: _Names, keywords: tuple[str, ...] = ()) -> str | None:
    given = [each.value for each in call.keywords if each.arg in keywords]
    given = call.args[position : position + 1] or given
    return _path(given[0], names) if given else None


def _mode(call: ast.Call, position: int) -> str:
    """Of a file that is opened; where only the running code knows it, one that writes."""
    given = [each.value for each in call.keywords if each.arg == "mode"]
    given = call.args[position : position + 1] or given
    if not given:
        return "r"
    return str(given[0].value) if given[0].__class__ is _Constant else "w"


def _of_mode(mode: str) -> Action:
    return "write" if set(mode) & set("wax+") else "read"


def _path(node: ast.AST, names: _Names, depth: int = 0) -> str | None:
    """The path that ``node`` gives, None where nothing is known of it."""
    if depth > _DEEPEST:
        return None
    if node.__class__ is _Constant:
        return node.value if type(node.value) is str else None
    if node.__class__ is _Name:
        return _of_name(node.id, names, depth)
    if node.__class__ is _BinOp:
        between = "/" if node.op.__class__ is _Div else ""
        parts = [_path(each, names, depth + 1) for each in (node.left, node.right)]
        return None if parts == [None, None] else between.join(each or UNKNOWN for each in parts)
    if node.__class__ is _JoinedStr:
        return "".join(_path(each, names, depth + 1) or UNKNOWN for each in node.values)
    if node.__class__ is _Call and _is_path(node.func, names):
        return _join("", *(_path(each, names, depth + 1) or UNKNOWN for each in node.args))
    return None


def _of_name(name: str, names: _Names, depth: int) -> str | None:
    if name in names.assigned:
        value = names.assigned[name]
        return None if value is None else _path(value, names, depth + 1)
    held = names.variables.get(name)
    return str(held) if type(held) is str or type(held) in _PATHS else None


def _is_path(func: ast.AST, names: _Names) -> bool:
    name = qualified_name(func, names.known)
    return name in ("os.path.join", "pathlib.Path", "pathlib.PurePath", "Path") or name == "pathlib.PosixPath"
