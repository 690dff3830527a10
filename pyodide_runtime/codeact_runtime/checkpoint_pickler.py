"""cloudpickle for one live namespace: functions keep it, and variables may refer to each other.

Called by checkpoint_attempt.py. Differs from the stock pickler in that a function of the model's is bound to the
namespace again, not to a private copy of the globals it uses; in that it knows what cannot be saved; and in a few
types.
"""

from __future__ import annotations

import sys
from collections import ChainMap
from types import FunctionType
from typing import Any, ClassVar

import cloudpickle  # type: ignore[import-untyped]
from cloudpickle import cloudpickle as stock

from codeact_runtime.checkpoint_depth import check_depth
from codeact_runtime.checkpoint_functions import (
    ModuleGlobals,
    function_state,
    keep_annotations,
    make_function,
    set_function_state,
)
from codeact_runtime.checkpoint_reasons import check_saveable
from codeact_runtime.checkpoint_types import REDUCERS

__all__ = ["NamespacePickler"]

_OWN_WAYS = ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")


class NamespacePickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles one value. Objects in ``memo`` (id → index, object) become references to that index of the memo of
    the unpickler. ``reduced`` keeps what objects of the model's said of themselves (id → object, reduction) for
    the next pickler of the same value. ``current`` is the object pickle came to last."""

    dispatch_table: ClassVar[Any] = ChainMap(REDUCERS, cloudpickle.Pickler.dispatch_table)

    def __init__(
        self, file: Any, memo: dict[int, tuple[int, object]], reduced: dict[int, tuple[object, Any]]
    ) -> None:
        super().__init__(file)
        self.memo = memo
        self.known = set(memo)
        self._reduced = reduced
        self.current: object = None

    def check_depth(self, value: object) -> None:
        """Raise TooDeep where ``dump`` could exhaust the C stack."""
        check_depth(value, self.known, self._reduce_own)

    def dump(self, value: object) -> None:
        """Pickle ``value``; raises Unsaveable, and whatever the model's code and the file raise."""
        self.known.add(id(value))
        super().dump(value)

    def reducer_override(self, obj: Any) -> Any:
        """Called by pickle for whatever is not a plain container or number."""
        self.current = obj
        if id(obj) in self._reduced:
            return self._reduced[id(obj)][1]
        if obj is sys.stdout or obj is sys.stderr:
            return getattr, (sys, "stdout" if obj is sys.stdout else "stderr")
        check_saveable(obj)
        reduced = super().reducer_override(obj)
        if reduced is not NotImplemented and issubclass(type(obj), type) and len(reduced) > 2:
            keep_annotations(obj, reduced[2][0])
        return reduced

    def _reduce_own(self, value: object) -> object | None:
        """Ask an object of the model's for its own reduction, once: the answer may differ or have effects."""
        kind = type(value)
        inherited = all(getattr(kind, way, None) is getattr(object, way, None) for way in _OWN_WAYS)
        if inherited or kind.__module__ != "__main__":
            return None
        self.current = value
        reduced = value.__reduce_ex__(self.proto)
        self._reduced[id(value)] = value, reduced
        return reduced

    def _dynamic_function_reduce(self, func: FunctionType) -> tuple[Any, ...]:
        namespace, used = self._globals_of(func)
        state = function_state(func, used, self.known)
        return make_function, (func.__code__, namespace, func.__closure__), state, None, None, set_function_state

    def _globals_of(self, func: FunctionType) -> tuple[Any, dict[str, Any]]:
        """What is pickled as the function's globals, and what is added to that once the function is made."""
        namespace: dict[str, Any] = func.__globals__
        if id(namespace) in self.known:
            return namespace, {}
        module = sys.modules.get(str(namespace.get("__name__")))
        if module is not None and vars(module) is namespace:
            return ModuleGlobals(module.__name__), {}
        # Functions made by exec, as those of named tuples, share a copy of what they use.
        used = {name: namespace[name] for name in stock._extract_code_globals(func.__code__) if name in namespace}
        shared = {name: namespace[name] for name in ("__name__", "__builtins__") if name in namespace}
        if id(shared.get("__builtins__")) not in self.known:
            shared.pop("__builtins__", None)
        return self.globals_ref.setdefault(id(namespace), shared), used
