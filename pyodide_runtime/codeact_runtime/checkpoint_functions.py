"""The model's own functions and classes as checkpoint_pickler.py pickles them: by value, with a live namespace."""

from __future__ import annotations

import importlib
import sys
from types import CellType, CodeType, FunctionType
from typing import Any

__all__ = ["ModuleGlobals", "function_state", "keep_annotations", "make_function", "set_function_state"]


class ModuleGlobals:
    """Stands in a pickle for the namespace of an imported module."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __reduce__(self) -> tuple[Any, ...]:
        return _module_globals, (self._module,)


def _module_globals(name: str) -> dict[str, Any]:
    return vars(importlib.import_module(name))


def make_function(code: CodeType, namespace: dict[str, Any], closure: tuple[CellType, ...] | None) -> FunctionType:
    """A function takes its builtins from ``namespace``, which is left as it is."""
    return FunctionType(code, namespace, None, None, closure)


def set_function_state(function: FunctionType, state: tuple[dict[Any, Any], ...]) -> None:
    """Fill a function that ``make_function`` made; the reverse of ``function_state``."""
    attributes, special, contents, used = state
    function.__dict__.update(attributes)
    for index, content in contents.items():
        function.__closure__[index].cell_contents = content  # type: ignore[index]
    for name, value in special.items():
        setattr(function, name, value)
    function.__globals__.update(used)


def function_state(function: FunctionType, used: dict[str, Any], known: set[int]) -> tuple[dict[Any, Any], ...]:
    """Its attributes, what Python keeps in special ones, the contents of its cells but for those in ``known``
    (ids), and ``used`` globals."""
    names = (
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "__defaults__",
        "__kwdefaults__",
        "__type_params__",
    )
    special = {name: getattr(function, name) for name in names if hasattr(function, name)}
    if annotations := _annotations(function):
        special["__annotations__"] = annotations
    cells = enumerate(function.__closure__ or ())
    contents = {index: cell.cell_contents for index, cell in cells if id(cell) not in known and _filled(cell)}
    return dict(function.__dict__), special, contents, used


def _filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _annotations(owner: Any) -> dict[str, Any]:
    """From Python 3.14 on they are evaluated on demand; those that cannot be are kept as text."""
    try:
        return dict(owner.__annotations__)
    except Exception:  # noqa: BLE001 - evaluating runs the model's code
        import annotationlib  # type: ignore[import-not-found]  # Python 3.14's

        return dict(annotationlib.get_annotations(owner, format=annotationlib.Format.STRING))


def keep_annotations(owner: type, attributes: dict[str, Any]) -> None:
    """From Python 3.14 on a class makes them from a function, which cloudpickle leaves out."""
    attributes.pop("__annotations_cache__", None)
    if sys.version_info >= (3, 14) and (annotations := _annotations(owner)):
        attributes["__annotations__"] = annotations
