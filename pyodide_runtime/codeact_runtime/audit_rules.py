"""Rules of our own, for what Bandit leaves alone and a person would want to know of code in this sandbox."""

from __future__ import annotations

from collections.abc import Iterator

from codeact_runtime.code_tree import Nodes, qualified_name

__all__ = ["own_findings"]

_CALLS = {
    **dict.fromkeys(
        ("os.remove", "os.unlink", "os.rmdir", "os.removedirs"), ("CA101", "MEDIUM", "deletes a file or folder")
    ),
    "shutil.rmtree": ("CA102", "HIGH", "deletes a folder with all that is in it"),
    **dict.fromkeys(
        ("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._getframe", "sys._current_frames"),
        ("CA202", "MEDIUM", "looks through the interpreter's objects or frames"),
    ),
    **dict.fromkeys(
        ("sys.settrace", "sys.setprofile", "sys.setrecursionlimit", "sys.set_int_max_str_digits", "gc.freeze"),
        ("CA203", "MEDIUM", "changes how the interpreter runs; a raised limit can crash it"),
    ),
}  # fmt: skip
_METHODS = dict.fromkeys(("unlink", "rmdir", "rmtree"), ("CA101", "MEDIUM", "may delete a file or folder"))
_ATTRIBUTES = dict.fromkeys(
    ("sys.modules", "sys.meta_path", "sys.path_hooks"), ("CA201", "MEDIUM", "reaches into Python's import system")
)
_WALK = ("CA204", "HIGH", "walks from an object to classes, frames or globals it was not given")
_WALKED = frozenset(
    {
        "__subclasses__", "__globals__", "__closure__", "__code__", "f_globals", "f_builtins", "f_locals",
        "tb_frame", "gi_frame", "cr_frame",
    }
)  # fmt: skip
_MACHINERY = ("pyodide_js", "emscripten_run_script", "_pyodide_core", "_module_api")
_NAMES_MACHINERY = ("CA205", "HIGH", "names the sandbox's own machinery")
_Found = tuple[str, str, int, str]


def own_findings(nodes: Nodes, known: dict[str, str]) -> Iterator[_Found]:
    """Rule, severity, line and text of each; ``known`` is ``aliases(nodes.imports)``."""
    for call in nodes.calls:
        name = qualified_name(call.func, known)
        found = _CALLS.get(name) or ("." in name and _METHODS.get(name.rpartition(".")[2])) or None
        if found:
            yield found[0], found[1], call.lineno, f"{name.lstrip('.')}() {found[2]}."
    for node in nodes.attributes:
        if node.attr in _WALKED:
            yield _WALK[0], _WALK[1], node.lineno, f"{node.attr} {_WALK[2]}."
        elif node.attr in _SHORT and (found := _ATTRIBUTES.get(qualified_name(node, known))):
            yield found[0], found[1], node.lineno, f"{qualified_name(node, known)} {found[2]}."
    for statement in nodes.imports:
        for each in statement.names:
            name = f"{getattr(statement, 'module', '')}.{each.name}"
            if found := _ATTRIBUTES.get(name):
                yield found[0], found[1], statement.lineno, f"{name} {found[2]}."
    for text in nodes.strings:
        yield from _in_text(str(text.value), text.lineno)


_SHORT = {name.rpartition(".")[2] for name in _ATTRIBUTES}


def _in_text(text: str, line: int) -> Iterator[_Found]:
    """Names in a string may be looked up by it: ``getattr(x, "__globals__")``, ``"{0.__class__}".format(x)``."""
    if "_" not in text:
        return
    for word in _MACHINERY:
        if word in text:
            yield _NAMES_MACHINERY[0], _NAMES_MACHINERY[1], line, f"{word} in a string {_NAMES_MACHINERY[2]}."
    for word in _WALKED:
        if word in text:
            yield _WALK[0], _WALK[1], line, f"{word} in a string {_WALK[2]}."
