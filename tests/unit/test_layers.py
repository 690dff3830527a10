"""Dependencies point one way: which module may import which."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server" / "codeact_server"
RUNTIME = ROOT / "pyodide_runtime" / "codeact_runtime"
AGENT = ROOT / "web" / "agent" / "codeact_agent"

# Commands may use the agent and the bundler; the server that relays uses neither.
COMMANDS = {
    "__main__",
    "asgi",
    "bundle_command",
    "cli",
    "eval_command",
    "export_command",
    "replay_command",
    "run_command",
}
RELAY = sorted(
    path
    for path in SERVER.rglob("*.py")
    if path.stem not in COMMANDS and not {"bundle", "site"} & set(path.relative_to(SERVER).parts)
)
# exports/ holds source that is written into files, preludes/ what runs in the sandbox, page/ on others' pages.
PORTABLE = sorted(
    path
    for path in AGENT.rglob("*.py")
    if not {"script", "exports", "integrations", "page", "preludes"} & set(path.relative_to(AGENT).parts)
)
ON_PAGES = sorted((AGENT / "page").glob("*.py"))
RUNTIME_MODULES = sorted(RUNTIME.glob("*.py"))
# What MicroPython has of the standard library and portable modules use.
IN_MICROPYTHON = {"asyncio", "builtins", "gc", "io", "json", "re", "sys", "time"}


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _imports(node: ast.AST, *, only_types: bool = True, functions: bool = True) -> Iterator[str]:
    """Modules imported in ``node``; without those for type checkers if not ``only_types``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield child.module or ""
        elif (_is_type_checking(child) and not only_types) or (
            isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not functions
        ):
            continue
        else:
            yield from _imports(child, only_types=only_types, functions=functions)


def _packages(path: Path, **options: bool) -> set[str]:
    return {name.split(".")[0] for name in _imports(ast.parse(path.read_text()), **options)}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", RELAY, ids=_name)
def test_the_relay_imports_nothing_of_ours(path: Path) -> None:
    imported = {name for name in _imports(ast.parse(path.read_text())) if name.startswith("codeact_")}
    within = {name.split(".")[1] for name in imported if name.startswith("codeact_server.")}
    assert {name for name in imported if not name.startswith("codeact_server")} == set()
    assert not within & {*COMMANDS, "bundle"}


@pytest.mark.parametrize("path", sorted((ROOT / "server" / "codeact_web").rglob("*.py")), ids=_name)
def test_what_others_build_on_imports_little_of_ours(path: Path) -> None:
    imported = {name for name in _imports(ast.parse(path.read_text())) if name.startswith(("codeact_", "tests"))}
    ours = {name for name in imported if not name.startswith("codeact_web")}
    assert ours <= {"codeact_server.serve", "codeact_server.settings", "codeact_agent.hosts.script.site"}


@pytest.mark.parametrize("path", RUNTIME_MODULES, ids=_name)
def test_the_runtime_imports_nothing_of_the_others(path: Path) -> None:
    assert not _packages(path) & {"codeact_agent", "codeact_server"}


@pytest.mark.parametrize("path", RUNTIME_MODULES, ids=_name)
def test_only_the_pyodide_host_touches_javascript(path: Path) -> None:
    imported = set(_imports(ast.parse(path.read_text())))
    javascript = {
        name for name in imported if name.split(".")[0] in ("js", "pyodide_js") or name.startswith("pyodide.ffi")
    }
    assert javascript == ({"pyodide.ffi"} if path.stem == "pyodide_host" else set())


def test_nothing_of_the_runtime_imports_the_pyodide_host() -> None:
    for path in RUNTIME_MODULES:
        assert "codeact_runtime.pyodide_host" not in set(_imports(ast.parse(path.read_text()))), path.name


@pytest.mark.parametrize("path", PORTABLE, ids=_name)
def test_portable_modules_import_what_micropython_has(path: Path) -> None:
    imported = _packages(path, only_types=False, functions=False)
    assert imported <= IN_MICROPYTHON | {"codeact_agent"}


@pytest.mark.parametrize("path", PORTABLE, ids=_name)
def test_portable_modules_import_within_functions_only_what_one_interpreter_has(path: Path) -> None:
    everywhere = _packages(path, only_types=False, functions=False)
    within = _packages(path, only_types=False) - everywhere
    allowed = {"tools.py": {"inspect"}, "page.py": {"js"}, "__init__.py": {"codeact_agent"}}
    assert within <= allowed.get(path.name, set())


@pytest.mark.parametrize("path", ON_PAGES, ids=_name)
def test_what_pyscript_pages_import_is_in_both_interpreters(path: Path) -> None:
    everywhere = _packages(path, only_types=False, functions=False)
    assert everywhere <= IN_MICROPYTHON | {"codeact_agent", "js", "pyscript"}
    assert _packages(path, only_types=False) - everywhere <= {"codeact_agent", "inspect"}
    assert not {name for name in _imports(ast.parse(path.read_text())) if ".hosts" in name}


@pytest.mark.parametrize("path", [path for path in PORTABLE if path.name != "__init__.py"], ids=_name)
def test_portable_modules_know_no_host(path: Path) -> None:
    imported = set(_imports(ast.parse(path.read_text())))
    hosts = {name for name in imported if name.startswith("codeact_agent.hosts")}
    assert not hosts or path.parent.name == "hosts"
    assert not {name for name in imported if name.split(".")[0] in ("codeact_server", "codeact_runtime")}


def test_the_page_host_takes_only_the_bridge_from_javascript() -> None:
    tree = ast.parse((AGENT / "hosts" / "page.py").read_text())
    taken = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "js"
        for alias in node.names
    ]
    assert taken == ["codeact_bridge"]
    assert not any(isinstance(node, ast.Import) and node.names[0].name == "js" for node in ast.walk(tree))


def test_the_page_host_uses_only_what_the_bridge_offers_python() -> None:
    bridge = (ROOT / "web" / "agent_bridge.js").read_text()
    before, for_python = bridge.split("// For Python.")
    offered = set(re.findall(r"^  (\w+) = ", for_python, re.MULTILINE)) | {"stopping"}
    assert re.search(r"^  stopping = false;", before, re.MULTILINE)
    used = {
        node.attr
        for path in (AGENT / "hosts").glob("page*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) in ("self._bridge", "codeact_bridge", "bridge")
    }
    assert used <= offered
    assert len(used) > 15
