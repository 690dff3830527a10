"""What is done once, when the boot image is made, so that no session has to: imports and first uses."""

from __future__ import annotations

import collections
import csv
import datetime
import itertools
import linecache
import math
import random
import re
import sqlite3
import statistics
import string
import textwrap
import time
from collections.abc import Callable
from typing import Any

from codeact_runtime.approval_card import Answer, Card
from codeact_runtime.executor import Executor, begin
from codeact_runtime.keeper import Keeper

__all__ = ["warm_up"]

_COMMON = (collections, csv, datetime, itertools, math, random, re, sqlite3, statistics, string, textwrap)
_SAVED = """
import math as m
class Point:
    def length(self): return m.hypot(self.x, self.y)
p = Point(); p.x = p.y = 1
def twice(n): return n * 2
rows = [{"a": 1.5, "b": None}]
import no_such_module
"""
_STEPS = (
    "x = 1; x + 1",
    "print([x], {'a': x}); undefined_name",
    "final_answer({'x': [1.5, None]})",
    "a = [",
    _SAVED,
)


class _Nowhere:
    """A Host whose outside is empty; it holds nothing of JavaScript's, which an image could not keep."""

    can_block = False
    interrupt_reason = ""

    def now_ms(self) -> float:
        return time.monotonic() * 1000

    def memory_bytes(self) -> int:
        return 0

    def write(self, stream: str, text: str) -> None:
        pass

    def display(self, bundle: dict[str, str]) -> bool:
        return True

    async def approve(self, card: Card) -> Answer:
        return {"approved": False}

    async def install(self, modules: list[str]) -> None:
        pass

    def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        return None

    async def call_tool_async(self, name: str, arguments: dict[str, Any]) -> Any:
        return None

    def sleep(self, seconds: float) -> None:
        pass

    def set_deadline(self, milliseconds: float) -> None:
        pass

    def hold_reserve(self) -> None:
        pass

    @property
    def disarm(self) -> Callable[[], None]:
        return lambda: None


def warm_up() -> int:
    """Run a few steps, so that what they import on the way is in the image. Gives how many went through.

    Called by web/sandbox/image_maker.mjs.
    """
    executor = Executor(_Nowhere())
    done = sum(begin(executor.run(code)) is not None for code in _STEPS) if all(_COMMON) else 0
    _save_and_restore(executor.keeper)
    linecache.clearcache()  # or these steps would be in every checkpoint
    return done


def _save_and_restore(keeper: Keeper) -> None:
    saved = {name: keeper.save(name) for name in keeper.names()}
    keeper.begin(**keeper.rest())
    for name, pickle in saved.items():
        if isinstance(pickle, bytes):
            keeper.add(name, pickle)
    keeper.end()
