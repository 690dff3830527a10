"""Bring saved variables back into the namespace of a fresh interpreter.

Called by the executor before the first step. Unpickling runs the model's code, so it happens in the sandbox only.
"""

from __future__ import annotations

import importlib
import io
import pickle
import struct
from collections.abc import Callable
from typing import Any

from codeact_runtime.checkpoint_reasons import describe_error
from codeact_runtime.checkpoint_record import Head, builtins_of, cells_of, fixed_memo, parted

__all__ = ["Restorer"]

_FROM_OUTSIDE = pickle.BINPERSID + pickle.MEMOIZE


class _RefersToLost(Exception):
    """The record needs what is not there."""


class Restorer:
    """``saved`` are records of ``Saver.save``, oldest variable first; ``modules`` is ``Saver.modules()``.

    The tools must have been set before, since variables may refer to them. ``begin`` is called before each import
    and each variable, so that it has a time of its own.
    """

    def __init__(
        self,
        variables: dict[str, Any],
        saved: dict[str, bytes],
        modules: dict[str, str],
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._begin = begin
        self._variables = variables
        self._saved = saved
        self._modules = modules
        self._records: dict[str, tuple[Head, bytes]] = {}
        self._provider: dict[str, str] = {}
        self._pending: set[str] = set()
        self._values: dict[str, Any] = {}
        self._lost: dict[str, str] = {}

    def restore(self) -> tuple[list[str], dict[str, str]]:
        """Names that came back, and why others did not. Never raises for what the model's code does."""
        modules = [name for name, imported in self._modules.items() if self._import(name, imported)]
        for name, record in self._saved.items():
            try:
                self._records[name] = parted(record)
            except (ValueError, TypeError) as error:
                self._lost[name] = f"its bytes are damaged ({describe_error(error)})"
        self._choose_providers()
        for name in sorted(self._records, key=lambda each: not self._records[each][0].code):
            self._bring(name)
        restored = [name for name in self._saved if name in self._values]
        for name in restored:  # into the old order; meanwhile the model's code may have changed things
            self._variables[name] = self._variables.pop(name, self._values[name])
        return modules + restored, self._lost

    def _import(self, variable: str, imported: str) -> bool:
        module, *submodules = imported.split(" ")
        self._begin()
        try:
            self._variables[variable] = importlib.import_module(module)
            for each in submodules:
                importlib.import_module(each)
        except BaseException as error:  # noqa: BLE001 - a module may do anything when it is imported
            self._lost[variable] = f"the module could not be imported ({describe_error(error)})"
            return False
        return True

    def _choose_providers(self) -> None:
        """Variables that refer to each other come back from one record: the one that holds most of them."""
        for name in sorted(self._records, key=lambda each: -len(self._records[each][0].members)):
            if name not in self._provider:
                for member in self._records[name][0].members:
                    self._provider.setdefault(member, name)

    def _bring(self, name: str) -> None:
        """Bring one variable back, and before it those it refers to; sets ``_values`` or ``_lost``."""
        source = self._provider.get(name, name)
        if name in self._values or name in self._lost or source in self._pending:
            return
        head, pickled = self._records[source]
        names = [source, *(each for each in head.members if self._provider[each] == source)]
        self._pending.add(source)
        self._begin()
        try:
            value = self._load(head, pickled)
            values = value if head.members else (value,)
            found = dict(zip([source, *head.members], values, strict=True))
            for each in names:
                self._variables[each] = self._values[each] = found[each]
        except KeyboardInterrupt:
            self._lost |= dict.fromkeys(names, "took too long to restore")
        except _RefersToLost as error:
            self._lost |= dict.fromkeys(names, str(error))
        except BaseException as error:  # noqa: BLE001 - the model's own methods may raise anything
            self._lost |= dict.fromkeys(names, f"could not be restored ({describe_error(error)})")
        finally:
            self._pending.discard(source)

    def _load(self, head: Head, pickled: bytes) -> Any:
        outside = [*fixed_memo(self._variables), *map(self.value_of, head.memo)]
        while True:
            try:
                return _Unpickler(head, pickled, outside, self).load()
            except NameError as error:
                # The model's __setstate__ and the like use variables, of which no record speaks.
                if error.name not in self._records or error.name in self._values:
                    raise
                self.value_of(error.name)

    def value_of(self, owner: str) -> object:
        """The variable, or builtin, that a record refers to; raises _RefersToLost."""
        if owner.startswith("."):
            builtins = builtins_of(self._variables)
            if owner[1:] not in builtins:
                raise _RefersToLost(f"it refers to the tool `{owner[1:]}`, which is not there")
            return builtins[owner[1:]]
        name, _, cell = owner.partition("#")
        if name in self._records:
            self._bring(name)
        if name not in self._values:
            raise _RefersToLost(f"it refers to `{name}`, which was lost")
        value = self._values[name]
        return cells_of(value)[int(cell)] if cell else value


class _Unpickler(pickle.Unpickler):
    """Loads one record. Its memo, which lasts from load to load, is filled by a first pickle made by hand: the
    setter of CPython's C Unpickler leaves the memo empty when it is given a dict."""

    def __init__(self, head: Head, pickled: bytes, outside: list[object], restorer: Restorer) -> None:
        named = b"".join(
            pickle.BININT + struct.pack("<i", number) + _FROM_OUTSIDE for number in range(len(outside))
        )
        blanks = pickle.NONE + pickle.MEMOIZE * head.blanks
        super().__init__(io.BytesIO(pickle.PROTO + b"\5" + named + blanks + pickle.STOP + pickled))
        self._outside = outside
        self._restorer = restorer

    def load(self) -> Any:
        super().load()
        return super().load()

    def persistent_load(self, pid: int) -> object:
        return self._outside[pid]

    def find_class(self, module: str, name: str) -> Any:
        """What pickle finds by name in ``__main__`` may be a variable that is yet to come back."""
        if module != "__main__":
            return super().find_class(module, name)
        first, *rest = name.split(".")
        found = self._restorer.value_of(first)
        for each in rest:
            found = getattr(found, each)
        return found
