"""Tools as the code calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.case import CLEAN, Case, Step, both, has, lacks, matches, value


def _divide(a: float, b: float) -> float:
    return a / b


def _search(query: str, count: int = 5, *, site: str = "all") -> dict[str, Any]:
    return {"query": query, "count": count, "site": site, "big": 2**70}


TOOLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "divide": (
        _divide,
        {
            "name": "divide",
            "description": "Divide a by b.",
            "parameters": [{"name": "a", "annotation": "float"}, {"name": "b", "annotation": "float"}],
            "returns": "float",
        },
    ),
    "search": (
        _search,
        {
            "name": "search",
            "description": "Search.",
            "parameters": [
                {"name": "query", "annotation": "str"},
                {"name": "count", "annotation": "int", "default": 5},
                {"name": "site", "annotation": "str", "default": "all"},
            ],
            "returns": "dict",
        },
    ),
    "pay": (
        lambda amount: f"paid {amount}",
        {
            "name": "pay",
            "description": "Pay.",
            "parameters": [{"name": "amount", "annotation": "int"}],
            "returns": "str",
            "approval": "call",
        },
    ),
    "ask_user": (
        lambda question, choices=None: f"answer to {question}",
        {
            "name": "ask_user",
            "description": "Ask the person.",
            "parameters": [
                {"name": "question", "annotation": "str"},
                {"name": "choices", "annotation": "list[str] | None", "default": None},
            ],
            "returns": "str",
        },
    ),
}

TOOL_CASES = [
    Case(
        "by position, by name, by default",
        [
            Step("divide(6, 3)", {**value("2.0"), "calls": [("divide", {"a": 6, "b": 3})]}),
            Step("divide(b=3, a=6)", {**value("2.0"), "calls": [("divide", {"a": 6, "b": 3})]}),
            Step(
                "found = search('x')\nfound['count'], found['site']",
                {
                    **value("(5, 'all')"),
                    "calls": [("search", {"query": "x"})],
                },
            ),
            Step(
                "search('x', 2, site='s')['site']",
                {"calls": [("search", {"query": "x", "count": 2, "site": "s"})]},
            ),
        ],
        tools=("divide", "search"),
    ),
    Case(
        "calls within loops and comprehensions",
        [
            Step(
                "[divide(n, 2) for n in range(3)]",
                {**value("[0.0, 0.5, 1.0]"), "calls": matches("three", lambda calls: len(calls) == 3)},
            ),
        ],
        tools=("divide",),
    ),
    Case(
        "huge integers cross exactly",
        [
            Step("search('x')['big'] == 2**70", value("True")),
            Step("search('x', 2**70)['count'] == 2**70", value("True")),
        ],
        tools=("search",),
    ),
    Case(
        "any letters cross",
        [Step("search('ü\\u2028\"🐍')['query'] == 'ü\\u2028\"🐍'", value("True"))],
        tools=("search",),
    ),
    Case(
        "wrong arguments name the signature",
        [
            Step(
                "divide(1)",
                {
                    "error.name": "TypeError",
                    "calls": [],
                    "error.value": "divide(a: float, b: float) -> float: missing a required argument: 'b'",
                    "error.traceback": both(has("divide(1)"), lacks("tools.py", "inspect")),
                },
            ),
            Step("divide(1, 2, c=3)", {"error.value": has("divide(a: float, b: float)", "'c'")}),
            Step(
                "search()", {"error.value": has("search(query: str, count: int = 5, site: str = 'all') -> dict")}
            ),
        ],
        tools=("divide", "search"),
    ),
    Case(
        "arguments that cannot be sent",
        [
            Step(
                "search({1, 2})",
                {
                    "error.name": "TypeError",
                    "calls": [],
                    "error.value": both(
                        has(
                            "search(): argument 'query' of type set cannot be sent to a tool", "pass text, numbers"
                        )
                    ),
                },
            ),
            Step(
                "search('x', float('nan'))", {"error.value": has("argument 'count' of type float cannot be sent")}
            ),
            Step(
                "x = []\nx.append(x)\nsearch(x)",
                {"error.value": has("argument 'query' of type list cannot be sent")},
            ),
        ],
        tools=("search",),
    ),
    Case(
        "a tool's error is raised in the code",
        [
            Step(
                "divide(1, 0)",
                {
                    "error.name": "ZeroDivisionError",
                    "error.value": "division by zero",
                    "error.traceback": has("divide(1, 0)"),
                },
            ),
            Step(
                "try:\n    divide(1, 0)\nexcept ArithmeticError as error:\n"
                "    told = type(error).__name__, error.kind, str(error), type(error).__mro__[1].__name__\n"
                "told",
                value("('ZeroDivisionError', 'ZeroDivisionError', 'division by zero', 'ToolError')"),
            ),
        ],
        tools=("divide",),
    ),
    Case(
        "a variable shadows a tool until it is gone",
        [
            Step("divide = 5\ndivide", value("5")),
            Step("del divide\ndivide(1, 2)", value("0.5")),
        ],
        tools=("divide",),
    ),
    Case(
        "help of a tool",
        [
            Step(
                "import inspect\nstr(inspect.signature(search))",
                {
                    "results.0.text/plain": "(query: str, count: int = 5, site: str = 'all') -> dict",
                },
            ),
            Step("help(divide)", {"stdout": has("divide(a: float, b: float) -> float", "Divide a by b.")}),
        ],
        tools=("search", "divide"),
    ),
    Case(
        "a tool within a function of an earlier step",
        [
            Step("def half(x):\n    return divide(x, 2)", CLEAN),
            Step("half(3)", value("1.5")),
        ],
        tools=("divide",),
    ),
    Case("no tools", [Step("divide(1, 2)", {"error.name": "NameError"})]),
]
