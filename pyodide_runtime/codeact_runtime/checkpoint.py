"""Save a conversation's variables, one by one.

Called by the executor after a step. Each variable is a pickle of its own, so that one that cannot be saved
costs only itself. Where one variable holds the value of another, its pickle refers to that variable: the two
stay one object. checkpoint_restore.py brings them back.
"""

from __future__ import annotations

import builtins
import hashlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from codeact_runtime.checkpoint_attempt import Attempt, TooLarge
from codeact_runtime.checkpoint_reasons import in_words
from codeact_runtime.checkpoint_record import Head, builtins_of, cells_of, fixed_memo, joined, module_name

__all__ = ["Lost", "Saver", "Unchanged"]

# A pickle names what is already in its memo by index. Objects of other variables are first given these indices,
# which no pickle reaches by counting: where one is found in the bytes (by chance, once in about 2^40 bytes, which
# does no harm), the pickle is made again, with those objects at the indices that Head.memo describes.
_MARK = 0x5AC3_0000
_MARKED = re.compile(b"j(..)" + re.escape((_MARK >> 16).to_bytes(2, "little")), re.DOTALL)
_MOST_SHARED = 0x1000
# Pickles of the same value stay the same while the number of variables changes within such a step.
_STEP = 64
_NEVER_SHARED = frozenset({type(None), bool, int, float, complex, str, bytes, BuiltinFunctionType})


class Unchanged:
    """The variable's bytes are those saved last."""


@dataclass(frozen=True)
class Lost:
    """The variable cannot be saved; ``why`` is told to the model after the variable's name and a colon."""

    why: str


class Saver:
    """Saves the variables of one interpreter, again and again. Sizes are in bytes."""

    def __init__(self, variables: dict[str, Any], *, variable_bytes: int, total_bytes: int) -> None:
        self._variables = variables
        self._variable_bytes = variable_bytes
        self._total_bytes = total_bytes
        self._digests: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._refers: dict[str, set[str]] = {}
        self._lost: set[str] = set()
        self._owned_by: dict[str, dict[str, object]] = {}
        self._blanks = [object() for _ in range(_STEP)]

    def names(self) -> list[str]:
        """What is to be saved now, newest last; to be called before each round of ``save``, and ``end`` after."""
        modules = self.modules()
        names = [name for name in self._variables if _is_saved(name) and name not in modules]
        for gone in self._refers.keys() - set(names):
            self._forget(gone)
        self._lost.intersection_update(names)
        self._owned_by = self._find_owned(names)
        return names

    def end(self) -> None:
        """Let go of the values, so that the code can."""
        self._owned_by = {}

    def modules(self) -> dict[str, str]:
        """Variables that are modules: the module's name, then those of its submodules that are loaded."""
        found = {}
        for name, value in self._variables.items():
            module = module_name(value)
            if module and _is_saved(name) and sys.modules.get(module) is value and module != "__main__":
                loaded = [each for each in sorted(sys.modules) if each.startswith(module + ".")]
                found[name] = " ".join([module, *loaded])
        return found

    def save(self, name: str) -> bytes | type[Unchanged] | Lost:
        """Pickle one variable. Whatever the model's own code raises meanwhile makes it Lost."""
        if name not in self._variables:  # the model's code ran when others were saved
            return Lost("it is no longer there")
        room = self._total_bytes - sum(self._sizes.values()) + self._sizes.get(name, 0)
        attempt = Attempt(self._variables[name], min(self._variable_bytes, room))
        try:
            record, refers = self._record(name, attempt)
        except BaseException as error:  # noqa: BLE001 - the model's own methods may raise anything
            self._forget(name)
            self._lost.add(name)
            if isinstance(error, TooLarge):
                return Lost(self._too_large(room))
            return Lost(in_words(error, attempt.value, attempt.current))
        self._lost.discard(name)
        self._refers[name] = refers
        self._sizes[name] = len(record)
        digest = hashlib.blake2b(record, digest_size=16).digest()
        if self._digests.get(name) == digest:
            return Unchanged
        self._digests[name] = digest
        return record

    def _forget(self, name: str) -> None:
        self._digests.pop(name, None)
        self._sizes.pop(name, None)
        self._refers.pop(name, None)

    def _too_large(self, room: int) -> str:
        if room < self._variable_bytes:
            return f"the variables together would be larger than {_size(self._total_bytes)}"
        return f"larger than {_size(self._variable_bytes)}"

    def _find_owned(self, names: Iterable[str]) -> dict[str, dict[str, object]]:
        """Objects that other variables may refer to, by owner as in ``Head.memo``, by variable ("" for builtins).

        An object has one owner: the first.
        """
        seen: set[int] = set()
        owned: dict[str, dict[str, object]] = {"": {}}
        for name, value in builtins_of(self._variables).items():
            ours = vars(builtins).get(name) is not value and not issubclass(type(value), type)
            if ours and id(value) not in seen:
                seen.add(id(value))
                owned[""]["." + name] = value
        for name in names:
            value = self._variables[name]
            if not _is_shared(value) or not name.isidentifier():
                continue
            cells = {f"{name}#{number}": cell for number, cell in enumerate(cells_of(value))}
            owned[name] = {owner: each for owner, each in {name: value, **cells}.items() if id(each) not in seen}
            seen.update(map(id, owned[name].values()))
        return owned

    def _owned(self, without: set[str]) -> dict[str, object]:
        """Objects that need not be pickled, by their owner; nothing that belongs to variables ``without``."""
        gone = without | self._lost
        return {
            owner: value
            for name, objects in self._owned_by.items()
            if name not in gone
            for owner, value in objects.items()
        }

    def _record(self, name: str, attempt: Attempt) -> tuple[bytes, set[str]]:
        head = Head(code=isinstance(attempt.value, (FunctionType, type)))
        while True:
            owned = self._owned({name, *head.members})
            value = attempt.value
            if head.members:
                value = (value, *(self._variables[each] for each in head.members))
            pickled, refers = self._marked(value, owned, head, attempt)
            named = {each.partition("#")[0] for each in refers}
            circular = (
                [each for each in self._variables if each in named and self._leads(each, name)] if named else []
            )
            if not circular:
                break
            head.members += circular
        if refers:
            head.memo, head.blanks = refers, 0
            objects = [*fixed_memo(self._variables), *(owned[each] for each in refers)]
            memo = {id(each): (index, each) for index, each in enumerate(objects)}
            pickled = attempt.dump(value, memo, checked=True)
        return joined(head, pickled), named

    def _marked(
        self, value: object, owned: dict[str, object], head: Head, attempt: Attempt
    ) -> tuple[bytes, list[str]]:
        """The pickle with every object of ``owned`` marked, and the owners it refers to."""
        fixed = fixed_memo(self._variables)
        memo = {id(each): (index, each) for index, each in enumerate(fixed)}
        owners = list(owned)[:_MOST_SHARED]
        objects = list(owned.values())[:_MOST_SHARED]
        memo.update(zip(map(id, objects), zip(count(_MARK), objects, strict=False), strict=True))
        blanks = self._blanks[: -len(memo) % _STEP]
        memo |= {id(each): (0, each) for each in blanks}
        head.blanks = len(memo) - len(fixed)
        pickled = attempt.dump(value, memo)
        numbers = sorted({int.from_bytes(found, "little") for found in _MARKED.findall(pickled)})
        return pickled, [owners[number] for number in numbers if number < len(owners)]

    def _leads(self, start: str, end: str) -> bool:
        """Whether the pickle of ``start`` refers to ``end``, by itself or through others."""
        seen, pending = {start}, [start]
        while pending:
            new = self._refers.get(pending.pop(), set()) - seen
            if end in new:
                return True
            seen |= new
            pending += new
        return False


def _is_saved(name: object) -> bool:
    return type(name) is str and not (name.startswith("__") and name.endswith("__"))


def _is_shared(value: object) -> bool:
    """Whether it matters that it stays one object: not for numbers, texts and what is imported."""
    kind = type(value)
    if kind in _NEVER_SHARED or issubclass(kind, ModuleType):
        return False
    if kind is FunctionType:
        return getattr(value, "__module__", None) == "__main__"
    if issubclass(kind, type):
        return bool(type.__dict__["__dict__"].__get__(value).get("__module__") == "__main__")
    return kind not in (tuple, frozenset) or bool(value)


def _size(count: int) -> str:
    return f"{count / 2**20:g} MB" if count >= 2**20 else f"{count:,} bytes"
