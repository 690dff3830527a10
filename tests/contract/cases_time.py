"""The time limit. Only where a clock can interrupt Python: in Pyodide."""

from __future__ import annotations

from typing import Any

from contract.case import (
    Case,
    Expectation,
    Step,
    has,
    matches,
    row,
    value,
)

LIMIT_MS = 600
_TIMED_OUT: Expectation = {
    "timed_out": True,
    "stopped": False,
    "error.name": "TimeLimit",
    "error.value": has("The code ran longer than 0.6 s and was stopped. Variables made so far are kept."),
    "duration_ms": matches("600 … 1,500", lambda ms: 590 <= ms < 1_500),
    "variables": row("kept", "int", "1"),
}


def _endless(name: str, code: str, **more: Any) -> Case:
    return Case(
        name,
        [
            Step("kept = 1\n" + code, {**_TIMED_OUT, **more}, time_ms=LIMIT_MS),
            Step("kept + 1", value("2")),
        ],
    )


# Only where a clock can interrupt Python.
TIME_CASES = [
    _endless("while True", "while True: pass"),
    _endless("output until then is kept", "print('begun')\nwhile True: pass", stdout="begun\n"),
    _endless(
        "except BaseException in a loop",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    _endless("time.sleep", "import time\ntime.sleep(60)"),
    _endless("many short sleeps", "import time\nwhile True: time.sleep(0.01)"),
    _endless("many short awaits", "import asyncio\nwhile True: await asyncio.sleep(0)"),
    _endless("asyncio.sleep", "import asyncio\nawait asyncio.sleep(60)"),
    _endless(
        "a coroutine that spins within gather",
        "import asyncio\nasync def spin():\n    while True: pass\nawait asyncio.gather(asyncio.sleep(60), spin())",
    ),
    _endless("an endless import of work in a comprehension", "sum(1 for _ in iter(int, 1))"),
    Case(
        "a __repr__ that never ends",
        [
            Step(
                "class Slow:\n    def __repr__(self):\n        while True: pass\nslow, kept = Slow(), 1\nslow",
                {"error.name": "KeyboardInterrupt", "results": []},
            ),
            Step("del slow\nkept", value("1")),
        ],
    ),
    Case(
        "an error whose __str__ never ends",
        [
            Step(
                "class Slow(Exception):\n    def __str__(self):\n        while True: pass\nraise Slow",
                {"error.name": "Slow"},
            ),
            Step("1", value("1")),
        ],
    ),
]
