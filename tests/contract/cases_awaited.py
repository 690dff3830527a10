"""Tools that are awaited, alone and side by side, and lines that are asked for."""

from __future__ import annotations

from contract.case import ABSENT, Case, Step, has, matches, value

_THREE = matches("three calls", lambda calls: sorted(each[1]["a"] for each in calls) == [1, 2, 3])
_HALVES = {**value("[0.5, 1.0, 1.5]"), "calls": _THREE}
_GATHERED = "import asyncio\nawait asyncio.gather("


def _halves(*codes: str) -> list[Step]:
    return [Step(code, _HALVES) for code in codes]


AWAITED = [
    Case("a tool is awaited", [Step("await divide(1, 2)", value("0.5"))], tools=("divide",)),
    Case("aio gives an awaitable", [Step("await divide.aio(1, b=2)", value("0.5"))], tools=("divide",)),
    Case(
        "gather in all its forms",
        _halves(
            f"{_GATHERED}divide(1, 2), divide(2, 2), divide(3, 2))",
            f"{_GATHERED}*[divide(x, 2) for x in (1, 2, 3)])",
            f"{_GATHERED}*(divide(x, 2) if x else 0 for x in (1, 2, 3)))",
            f"{_GATHERED}*[divide(1, 2), divide(2, 2)], divide(3, 2))",
            "from asyncio import gather as g\nawait g(*[divide(x, 2) for x in (1, 2, 3)])",
            "await g(*[divide(x, 2) for x in (1, 2, 3)])",  # imported by the step before
            "import asyncio as a\ncalls = [divide(x, 2) for x in (1, 2, 3)]\nawait a.gather(*calls)",
            "async def all_of(xs):\n    return await asyncio.gather(*[divide(x, 2) for x in xs])\n"
            "await all_of([1, 2, 3])",
        ),
        tools=("divide",),
    ),
    Case(
        "tasks",
        _halves(
            "import asyncio\ntasks = [asyncio.create_task(divide(x, 2)) for x in (1, 2, 3)]\n"
            "[await each for each in tasks]",
            "import asyncio\nasync with asyncio.TaskGroup() as tg:\n"
            "    tasks = [tg.create_task(divide(x, 2)) for x in (1, 2, 3)]\n[t.result() for t in tasks]",
            "[await asyncio.wait_for(asyncio.ensure_future(divide(x, 2)), 5) for x in (1, 2, 3)]",
            "sorted([await each for each in asyncio.as_completed([divide(x, 2) for x in (1, 2, 3)])])",
        ),
        tools=("divide",),
    ),
    Case(
        "a name the code binds itself is no tool",
        [
            Step("async def divide(a, b): return 'mine'\nawait divide(1, 2)", {**value("mine"), "calls": []}),
            Step("await divide(1, 2)", {**value("mine"), "calls": []}),
            Step("del divide", {"error": None}),
            Step(
                "async def f(divide):\n    return await divide(1)\nasync def g(x): return x\nawait f(g)",
                {**value("1"), "calls": []},
            ),
        ],
        tools=("divide",),
    ),
    Case(
        "a list that is used as values stays one",
        [Step("halves = [divide(x, 2) for x in (1, 2)]\nsum(halves)", value("1.5"))],
        tools=("divide",),
    ),
    Case(
        "errors of awaited tools",
        [
            Step(
                "try:\n    await divide(1, 0)\nexcept Exception as error:\n    kind = error.kind\nkind",
                value("ZeroDivisionError"),
            ),
            Step(
                "import asyncio\n[type(each).__name__ for each in "
                "await asyncio.gather(divide(1, 0), divide(1, 1), return_exceptions=True)]",
                value("['ZeroDivisionError', 'float']"),
            ),
            Step("await divide(1)", {"error.value": has("missing a required argument: 'b'")}),
            Step(
                "divide.aio(1, 2)\nNone", {"stderr": has("divide.aio(…) has not run: write `await divide.aio(…)`")}
            ),
        ],
        tools=("divide",),
    ),
]

ASKING = [
    Case(
        "input asks the person",
        [
            Step("input('Your name? ')", {**value("answer to Your name?"), "error": None}),
            Step(
                "int(input() == '') and input",
                {"calls": matches("a question", lambda calls: calls[0][1]["question"])},
            ),
        ],
        tools=("ask_user",),
    ),
    Case(
        "nobody to ask",
        [
            Step(
                "input('x')",
                {"error.name": "NoInput", "error.value": has("input(): nobody can type anything here")},
            ),
            Step(
                "import sys\nsys.stdin.readline()",
                {"error.name": "NoInput", "error.value": has("sys.stdin is empty")},
            ),
            Step("sys.stdin.read()", {"error.name": "NoInput"}),
            Step("for line in sys.stdin: pass", {"error.name": "NoInput"}),
            Step("try:\n    input()\nexcept EOFError:\n    ended = True\nended", value("True")),
            Step(
                "import getpass", {"error.name": "ImportRefused", "error.value": has("nobody can type a password")}
            ),
        ],
    ),
]

_PRELUDE = '''
import math
calls = 0

def _doubled(x):
    return 2 * x

@tool
def area(radius: float, digits: int | None = 2) -> float:
    """Area of a circle.

    Rounded.
    """
    global calls
    calls += 1
    return round(math.pi * radius**2, digits)

@tool
def half(x: float) -> float:
    """Half of x, by the host's tool."""
    return divide(_doubled(x), 4)

@tool
async def halves(xs: list[float]) -> list[float]:
    """Half of each."""
    import asyncio
    return await asyncio.gather(*[divide(x, 2) for x in xs])

@tool
def fails(x: int) -> int:
    """Fails."""
    return 1 / x
'''

SANDBOX_TOOLS = [
    Case(
        "tools of the sandbox",
        [
            Step("area(1), area(radius=2, digits=1)", {**value("(3.14, 12.6)"), "calls": [], "variables": []}),
            Step("half(3)", {**value("1.5"), "calls": [("divide", {"a": 6, "b": 4})]}),
            Step("await halves([1, 2, 3])", _HALVES),
            Step("import asyncio\nawait asyncio.gather(half(1), area(1))", value("[0.5, 3.14]")),
            Step("area = 1\narea", value("1")),
            Step("del area\narea(1)", value("3.14")),
            Step(
                "help(area)", {"stdout": has("area(radius: float, digits: int | None = 2) -> float", "Rounded.")}
            ),
            Step("_doubled", {"error.name": "NameError"}),
            Step("tool", {"error.name": "NameError"}),
        ],
        tools=("divide",),
        prelude=_PRELUDE,
    ),
    Case(
        "the traceback of a sandbox tool shows its lines",
        [
            Step(
                "fails(0)",
                {
                    "error.name": "ZeroDivisionError",
                    "error.traceback": has('File "<tools mine>", line 32, in fails', "return 1 / x", "fails(0)"),
                    "final_answer": ABSENT,
                },
            )
        ],
        tools=("divide",),
        prelude=_PRELUDE,
    ),
]
