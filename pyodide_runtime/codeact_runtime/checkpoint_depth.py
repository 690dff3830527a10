"""Is a value nested so deeply that pickling it could exhaust the C stack? Called by checkpoint_pickler.py.

In WebAssembly that is fatal, no RecursionError. So the objects are walked first, in the order in which pickle
visits them, with a stack of our own. Pickle recursed fatally in Pyodide 314 on Node at 5,000 to 10,000 nested
containers, 2,000 to 5,000 instances, 300 to 1,000 closures; the weights keep well away from that.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["TooDeep", "check_depth"]

_MOST = 1000
_ATOMS = frozenset(
    {
        type(None),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        bytearray,
        range,
        slice,
        CodeType,
        ModuleType,
        BuiltinFunctionType,
    }
)
_CONTAINERS = frozenset({list, tuple, set, frozenset, dict})


class TooDeep(Exception):
    """The value is nested too deeply to be pickled."""


def check_depth(value: object, known: Iterable[int], reduce_own: Callable[[object], object | None]) -> None:
    """Raise TooDeep where pickling ``value`` would recurse too far.

    ``known`` are the ids of objects the pickler will not enter. ``reduce_own`` gives what pickle would get from
    an object whose class says itself how it is pickled, or None.
    """
    seen = set(known)
    weight = 0
    path: list[tuple[int, Iterator[object]]] = [(0, iter((value,)))]
    while path:
        for child in path[-1][1]:
            if type(child) in _ATOMS or id(child) in seen:
                continue
            seen.add(id(child))
            own, inner = _children(child, reduce_own)
            if inner:
                weight += own
                if weight > _MOST:
                    raise TooDeep
                path.append((own, iter(inner)))
                break
        else:
            weight -= path.pop()[0]


def _children(value: Any, reduce_own: Callable[[object], object | None]) -> tuple[int, Collection[object]]:
    """What pickle recurses into, and how much of the stack one level takes, in units of a nested list."""
    kind = type(value)
    if kind is dict:
        return 1, [*_not_atoms(value), *_not_atoms(value.values())]
    if kind in _CONTAINERS:
        return 1, _not_atoms(value)
    if kind is FunctionType:
        parts = [value.__closure__, value.__defaults__, value.__kwdefaults__, value.__dict__]
        return 8, [part for part in parts if part]
    if kind is CellType:
        return 2, _not_atoms(gc.get_referents(value))
    if isinstance(value, type):
        by_value = value.__module__ == "__main__"
        return 8, [*value.__bases__, *_not_atoms(vars(value).values())] if by_value else ()
    if not gc.is_tracked(value):
        return 1, ()
    reduced = reduce_own(value)
    if reduced is not None:
        return 3, [reduced]
    # The order is that of the attributes, as in pickle; a class would lead to all of its functions' namespaces.
    return 3, [each for each in gc.get_referents(value) if type(each) not in _ATOMS and each is not kind]


def _not_atoms(values: Collection[object]) -> Collection[object]:
    """At the speed of C where there are only atoms, or rows of them: for long lists, and for tables."""
    kinds = set(map(type, values))
    if _ATOMS.issuperset(kinds):
        return ()
    if len(kinds) == 1 and _CONTAINERS.issuperset(kinds):
        rows: Any = values
        cells = chain.from_iterable(rows)
        if kinds == {dict}:
            cells = chain(cells, chain.from_iterable(map(dict.values, rows)))
        if _ATOMS.issuperset(map(type, cells)):
            return ()
    return [value for value in values if type(value) not in _ATOMS]
