"""Tools that run inside the sandbox: Python source whose functions marked ``@tool`` the model's code can call."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import sys
from collections.abc import Awaitable, Callable, Collection
from types import ModuleType
from typing import Any, TypedDict

from codeact_runtime.awaiting import await_tools
from codeact_runtime.code_tree import collect
from codeact_runtime.errors import CodeRefused, ToolsRefused
from codeact_runtime.host import Host
from codeact_runtime.imports import find_imports
from codeact_runtime.pending_call import PendingCall
from codeact_runtime.source import check_source
from codeact_runtime.tools import Parameter, ToolSpec
from codeact_runtime.tracebacks import line_in, prelude_filename, remember_source

__all__ = ["Prelude", "PreludeTools", "modules_needed"]

_MODULE = "sandbox_tools_"
_RUN_MS = 5_000
_COROUTINE = inspect.iscoroutinefunction


class Prelude(TypedDict):
    """``name`` is for tracebacks and error messages."""

    name: str
    source: str


class PreludeTools:
    """What one prelude gives: ``functions`` and ``specs`` of its tools, by name."""

    def __init__(
        self, prelude: Prelude, builtins: dict[str, Any], host_tools: Collection[str], host: Host
    ) -> None:
        """Run the source with ``builtins``, in which the host's tools are. Raises ToolsRefused."""
        self._name = prelude["name"]
        self._host = host
        self._marked: list[Callable[..., Any]] = []
        self.functions: dict[str, Callable[..., Any]] = {}
        self.specs: dict[str, ToolSpec] = {}
        filename = prelude_filename(self._name)
        tree = self._parsed(prelude["source"], filename)
        definitions = {node.name: node for node in tree.body if isinstance(node, _FUNCTIONS)}
        await_tools(tree, collect(tree), host_tools, {})
        self._run(compile(tree, filename, "exec", dont_inherit=True), filename, builtins)
        for function in self._marked:
            name = function.__name__
            if name not in definitions:
                raise self._refused(function.__code__.co_firstlineno, f"{name} is to be defined at the top level")
            if name in builtins:
                raise self._refused(definitions[name].lineno, f"the name {name} is taken: Python or a tool has it")
            self.specs[name] = self._spec(definitions[name], function)
            self.functions[name] = _callable(function)

    def _parsed(self, source: str, filename: str) -> ast.Module:
        remember_source(filename, source)
        try:
            check_source(source)
            return ast.parse(source, filename)
        except SyntaxError as error:
            raise self._refused(error.lineno, error.msg) from None
        except CodeRefused as error:
            raise self._refused(None, str(error)) from None

    def _run(self, code: Any, filename: str, builtins: dict[str, Any]) -> None:
        """Once, under a clock: its top level may not end either."""
        module = ModuleType(_MODULE + self._name)
        vars(module).update(__builtins__=builtins, tool=self._mark, __file__=filename)
        raised: BaseException | None = None
        disarm = self._host.disarm
        try:
            self._host.set_deadline(_RUN_MS)
            exec(code, vars(module))
        except BaseException as error:  # noqa: BLE001 - it may raise anything, SystemExit included
            raised = error
        disarm()
        sys.modules[module.__name__] = module  # so that what it makes can be saved and restored
        if isinstance(raised, ToolsRefused):
            raise raised
        if isinstance(raised, KeyboardInterrupt):
            raise self._refused(line_in(raised, filename), f"it ran longer than {_RUN_MS // 1000} s")
        if raised is not None:
            raise self._refused(line_in(raised, filename), f"{type(raised).__name__}: {raised}")

    def _mark(self, function: Any) -> Any:
        """The ``tool`` of the prelude."""
        if not inspect.isfunction(function):
            raise ToolsRefused(f"sandbox tools {self._name!r}: write @tool, without arguments, above a function")
        self._marked.append(function)
        return function

    def _spec(self, node: ast.FunctionDef | ast.AsyncFunctionDef, function: Callable[..., Any]) -> ToolSpec:
        name, line = node.name, node.lineno
        described = inspect.getdoc(function)
        if not described:
            raise self._refused(line, f"{name}() needs a docstring: it is all the model knows of it")
        if node.returns is None:
            raise self._refused(line, f"{name}() needs a type hint for what it returns")
        if node.args.vararg or node.args.kwarg or node.args.posonlyargs:
            raise self._refused(line, f"{name}() has parameters that cannot be passed by name")
        parameters = []
        for each in (*node.args.args, *node.args.kwonlyargs):
            if each.annotation is None:
                raise self._refused(each.lineno, f"the parameter {each.arg} of {name}() needs a type hint")
            parameter: Parameter = {"name": each.arg, "annotation": ast.unparse(each.annotation)}
            default = inspect.signature(function).parameters[each.arg].default
            if default is not inspect.Parameter.empty:
                parameter["default"] = self._default(default, each.arg, node)
            parameters.append(parameter)
        return {
            "name": name, "description": described, "parameters": parameters,
            "returns": ast.unparse(node.returns), "source": "sandbox",
        }  # fmt: skip

    def _default(self, value: object, name: str, node: ast.AST) -> Any:
        try:
            return json.loads(json.dumps(value, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            line = node.lineno  # type: ignore[attr-defined]
            raise self._refused(line, f"the default of {name} is nothing that JSON can carry") from None

    def _refused(self, line: int | None, why: str) -> ToolsRefused:
        where = f", line {line}" if line else ""
        return ToolsRefused(f"sandbox tools {self._name!r}{where}: {why}")


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _callable(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function itself, or for ``async def`` one whose value says so where it is not awaited; with ``aio``."""
    if not _COROUTINE(function):

        async def aio(*args: Any, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            return function(*args, **kwargs)

        function.aio = aio  # type: ignore[attr-defined]
        return function

    def tool(*args: Any, **kwargs: Any) -> Awaitable[Any]:
        return PendingCall(f"{function.__name__}(…)", function(*args, **kwargs))

    tool.__name__ = tool.__qualname__ = function.__name__
    tool.__doc__ = function.__doc__
    tool.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    tool.aio = tool  # type: ignore[attr-defined]
    return tool


def modules_needed(preludes: list[Prelude]) -> list[str]:
    """Top-level modules that the sources import anywhere; nothing for a source that is no Python."""
    found: set[str] = set()
    for prelude in preludes:
        try:
            check_source(prelude["source"])
            nodes = collect(ast.parse(prelude["source"]))
        except (SyntaxError, ValueError, CodeRefused):
            continue  # told when it is run
        found.update(each.module.partition(".")[0] for each in find_imports(nodes))
    return sorted(found - set(sys.modules))
