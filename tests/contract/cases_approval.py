"""The person is asked before code runs."""

from __future__ import annotations

from typing import Any

from contract.case import ABSENT, Case, Step, both, has, lacks, matches, value

YES: dict[str, Any] = {"approved": True}
NO: dict[str, Any] = {"approved": False, "reason": "not with my files"}
UNASKED: dict[str, Any] = {"cards": [], "approval": None}
DENIED: dict[str, Any] = {
    "error.name": "Denied",
    "error.value": "not with my files",
    "error.traceback": "Denied: the person did not approve of this code: not with my files",
    "approval": {"decision": "deny", "reason": "not with my files"},
    "results": [],
    "calls": [],
}


def asked(*reasons: str) -> Any:
    def holds(cards: list[dict[str, Any]]) -> bool:
        return len(cards) == 1 and all(any(one in reason for reason in cards[0]["reasons"]) for one in reasons)

    return matches(f"asked once because {reasons}", holds)


APPROVAL = [
    Case("never asks for nothing", [Step("import colorsys\n1", {**value("1"), **UNASKED}, approval="never")]),
    Case(
        "always asks",
        [
            Step(
                "x = 1\nx",
                {
                    **value("1"),
                    "cards": [
                        {
                            "code": "x = 1\nx",
                            "findings": [],
                            "imports": [],
                            "new_imports": [],
                            "files": [],
                            "tools": [],
                            "reasons": ["All code is shown before it runs."],
                        }
                    ],
                    "approval": {"decision": "approve", "reason": ""},
                },
                approval="always",
                answer=YES,
            ),
            Step("y = 1", DENIED, approval="always", answer=NO),
            Step("'y' in globals()", {**value("False"), **UNASKED}),
            Step("if", {"error.name": "SyntaxError", **UNASKED}, approval="always"),
        ],
    ),
    Case(
        "the edited code runs",
        [
            Step(
                "x = 1\nx",
                {
                    **value("2"),
                    "approval": {"decision": "edit", "reason": "two", "code": "x = 2\nx"},
                    "error": None,
                },
                approval="always",
                answer={"approved": True, "code": "x = 2\nx", "reason": "two"},
            ),
            Step(
                "1",
                {"error.traceback": has('File "<step', "1 / 0"), "approval.code": "1 / 0", "findings": []},
                approval="always",
                answer={"approved": True, "code": "1 / 0"},
            ),
            Step(
                "2",
                {"error.name": "ImportRefused", "error.value": has("no network"), "results": []},
                approval="always",
                answer={"approved": True, "code": "import socket"},
            ),
            Step(
                "3",
                {"error.name": "CodeTooDeep", "results": []},
                approval="always",
                answer={"approved": True, "code": "-" * 5_000 + "1"},
            ),
            Step(
                "4",
                {"error.name": "CodeRefused", "error.value": has("split it into steps"), "approval.code": ABSENT},
                approval="always",
                answer={"approved": True, "code": "#" * 300_000},
            ),
            Step(
                "5",
                {"error.name": "SyntaxError"},
                approval="always",
                answer={"approved": True, "code": "if"},
            ),
            Step(
                "import asyncio",
                value("later"),
                approval="always",
                answer={"approved": True, "code": "import asyncio\nawait asyncio.sleep(0, 'later')"},
            ),
        ],
    ),
    Case(
        "new imports",
        [
            Step("import colorsys", {**UNASKED}),
            Step("import colorsys\n1", {**value("1"), **UNASKED}, approval="risky"),
            Step(
                "import bisect, colorsys\nfrom heapq import heappush\n1",
                {
                    **value("1"),
                    "cards": asked("not been imported before: bisect, heapq."),
                    "cards.0.imports": ["bisect", "colorsys", "heapq"],
                    "cards.0.new_imports": ["bisect", "heapq"],
                },
                approval="risky",
                answer=YES,
            ),
            Step("import heapq, bisect\n1", {**value("1"), **UNASKED}, approval="risky"),
            Step("import wave", DENIED, approval="risky", answer=NO),
            Step("import wave", {**DENIED, "cards": asked("wave")}, approval="risky", answer=NO),
        ],
    ),
    Case(
        "serious findings",
        [
            Step("x = 1", UNASKED, approval="risky"),
            Step(
                "().__class__.__base__.__subclasses__()",
                {**DENIED, "cards": asked("The audit rates line 1 as HIGH"), "cards.0.findings.0.rule": "CA204"},
                approval="risky",
                answer=NO,
            ),
            Step("eval('1')", {**value("1"), **UNASKED}, approval="risky"),  # MEDIUM
        ],
    ),
    Case(
        "files that are deleted",
        [
            Step("import os, shutil\nfrom pathlib import Path", UNASKED),
            Step(
                "os.remove('/output/gone.txt')",
                {
                    **DENIED,
                    "cards": asked("deletes or moves files: /output/gone.txt"),
                    "cards.0.files": [{"path": "/output/gone.txt", "action": "delete"}],
                },
                approval="risky",
                answer=NO,
            ),
            Step(
                "p = '/output/' + 'a'\nPath(p).unlink()",
                {**DENIED, "cards": asked("/output/a.")},
                approval="risky",
                answer=NO,
            ),
            Step(
                "def f(p): p.unlink()", {**DENIED, "cards": asked("moves files: ….")}, approval="risky", answer=NO
            ),
            Step("'a-b'.replace('-', '+')", {**value("a+b"), **UNASKED}, approval="risky"),
        ],
    ),
    Case(
        "files that are named",
        [
            Step(
                "import pathlib, os\nhere = '/output/c.txt'\ndef f(name, table):\n"
                "    open('/data/a.csv').read()\n    open(here, mode='w')\n"
                "    pathlib.Path('/data', 'b') / name\n    (pathlib.Path('/data') / 'd').write_text('')\n"
                "    open(f'/output/{name}.txt', 'a')\n    table.to_csv('/output/t.csv')\n"
                "    os.rename('/tmp/a', '/tmp/b')",
                {
                    "cards.0.files": [
                        {"path": "/data/a.csv", "action": "read"},
                        {"path": "/output/c.txt", "action": "write"},
                        {"path": "/data/d", "action": "write"},
                        {"path": "/output/….txt", "action": "write"},
                        {"path": "/output/t.csv", "action": "write"},
                        {"path": "/tmp/a", "action": "delete"},
                        {"path": "/tmp/b", "action": "write"},
                    ],
                    "error.name": "Denied",
                },
                approval="always",
                answer=NO,
            )
        ],
    ),
    Case(
        "tools that need approval",
        [
            Step("divide(1, 2)", {**value("0.5"), **UNASKED}, approval="risky"),
            Step(
                "print(pay(divide(4, 2)))",
                {
                    **DENIED,
                    "cards": asked("tools that need approval: pay"),
                    "cards.0.tools": matches("both", lambda names: sorted(names) == ["divide", "pay"]),
                },
                approval="risky",
                answer=NO,
            ),
            Step("[*map(pay, [1])]", {**value("['paid 1']"), "cards": asked("pay")}, approval="risky", answer=YES),
            Step("await pay(2)", {**value("paid 2"), "cards": asked("pay")}, approval="risky", answer=YES),
            Step("pay(3)", {**value("paid 3"), **UNASKED}),
        ],
        tools=("divide", "pay"),
    ),
    Case(
        "an answer that is none",
        [
            Step(
                "1",
                {"error.name": "Denied", "error.traceback": "Denied: the person did not approve of this code."},
                approval="always",
                answer={"approved": "yes"},
            ),
            Step(
                "1",
                {"error.name": "Denied", "error.value": both(has("zzz", "not shown"), lacks("z" * 5_000))},
                approval="always",
                answer={"approved": False, "reason": "z" * 100_000},
            ),
        ],
    ),
]
