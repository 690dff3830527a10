"""Values, the lasting namespace, and output."""

from __future__ import annotations

import re

from contract.case import CLEAN, Case, Step, both, has, matches, value

_NOTE = re.compile(r"(?:\n\[|\[… )([\d,]+) (?:more )?characters[^\]]*\]\n")


def _tells_of_all(output: list[tuple[str, str]]) -> bool:
    """What was shown and what the notes say was not are together all that was printed."""
    text = "".join(text for _, text in output)
    told = sum(int(number.replace(",", "")) for number in _NOTE.findall(text))
    shown = len(_NOTE.sub("", text))
    return 200_000 <= shown <= 1_000_000 and shown + told == 1_100_000 and output[-1][0] == "stderr"


VALUES = [
    Case("value of the last expression", [Step("1 + 1", value("2")), Step("x = 1\nx + 1", value("2"))]),
    Case("text is shown as it is", [Step("'a\\nb'", value("a\nb"))]),
    Case("None is no result", [Step("None", {**CLEAN, "results": []}), Step("print(end='')", {"results": []})]),
    Case("a statement is no result", [Step("x = 1", {**CLEAN, "results": []})]),
    Case("a trailing semicolon silences", [Step("1 + 1;", {**CLEAN, "results": []})]),
    Case("no code at all", [Step("", {**CLEAN, "results": []}), Step("# only words", {**CLEAN, "results": []})]),
    Case("code indented as a whole", [Step("    x = 2\n    x + 1", value("3"))]),
    Case("windows newlines", [Step("x = 2\r\nif x:\r\n    x += 1\r\nx", value("3"))]),
    Case("__name__ is main", [Step("__name__", value("__main__"))]),
    Case(
        "a logger set up in one step writes in the next",
        [
            Step("import logging, sys\nout = sys.stdout\nlogger = logging.Logger('l')", CLEAN),
            Step("logger.addHandler(logging.StreamHandler())", CLEAN),
            Step("logger.warning('heard')\nprint('seen', file=out)", {"stdout": "seen\n", "stderr": "heard\n"}),
        ],
    ),
    Case(
        "a value in several forms",
        [
            Step(
                "class Rich:\n"
                "    def _repr_html_(self): return '<b>rich</b>'\n"
                "    def _repr_markdown_(self): return None\n"
                "    def __repr__(self): return 'Rich()'\n"
                "Rich()",
                {**CLEAN, "results": [{"text/plain": "Rich()", "text/html": "<b>rich</b>"}]},
            )
        ],
    ),
    Case(
        "the namespace lasts",
        [
            Step("import math\nx = 41\ndef f(y): return x + y", CLEAN),
            Step("x = 42", CLEAN),
            Step("f(math.floor(1.5))", value("43")),
            Step("del x", CLEAN),
            Step("x", {"error.name": "NameError"}),
        ],
    ),
    Case(
        "what ran before an error stays",
        [Step("kept = 1\n1 / 0\nlost = 2", {"error.name": "ZeroDivisionError"}), Step("kept", value("1"))],
    ),
    Case("top-level await", [Step("import asyncio\nawait asyncio.sleep(0.01)\n5", value("5"))]),
    Case(
        "tasks run together",
        [
            Step(
                "import asyncio\n"
                "async def f(n):\n    await asyncio.sleep(0.01 * (3 - n))\n    print(n)\n    return n\n"
                "await asyncio.gather(*map(f, range(3)))",
                {**value("[0, 1, 2]"), "stdout": "2\n1\n0\n"},
            )
        ],
    ),
]

OUTPUT = [
    Case("stdout", [Step("print('a')\nprint('b', end='')", {**CLEAN, "stdout": "a\nb", "stderr": ""})]),
    Case(
        "both streams in their order",
        [
            Step(
                "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c', end='')\nsys.stderr.write('d')\n"
                "print('e')",
                {
                    "stdout": "a\nce\n",
                    "stderr": "b\nd",
                    "output": [
                        ("stdout", "a\n"),
                        ("stderr", "b\n"),
                        ("stdout", "c"),
                        ("stderr", "d"),
                        ("stdout", "e\n"),
                    ],
                },
            )
        ],
    ),
    Case(
        "output of one step only", [Step("print('a')", {"stdout": "a\n"}), Step("print('b')", {"stdout": "b\n"})]
    ),
    Case(
        "output before an error is kept",
        [Step("print('a', end='')\n1 / 0", {"stdout": "a", "output": [("stdout", "a")], "stderr": ""})],
    ),
    Case("any letters", [Step("print('żółć 🐍')\n'🐍'", {**value("🐍"), "stdout": "żółć 🐍\n"})]),
    Case("half a letter does no harm", [Step("print('\\ud83d')", CLEAN), Step("1", value("1"))]),
    Case(
        "only text can be written",
        [Step("import sys\nsys.stdout.write(b'x')", {"error.name": "TypeError", "stdout": ""})],
    ),
    Case(
        "long output is cut to head and tail",
        [
            Step(
                "print('H' + 'x' * 29_997 + 'T')",
                {
                    "stdout": both(
                        has(
                            "\n… [20,000 of 30,000 characters not shown; print less, or look at a slice"
                            " of the value] …\n"
                        ),
                        matches("head and tail", lambda text: text[0] == "H" and text[-2:] == "T\n"),
                        matches(
                            "5,000 each", lambda text: [len(part) for part in text.split("…")][::2] == [5001] * 2
                        ),
                    ),
                    "output": matches("all of it", lambda output: sum(len(text) for _, text in output) == 30_000),
                },
            )
        ],
    ),
    Case(
        "output up to the limit is whole",
        [Step("print('x' * 9_999)", {"stdout": "x" * 9_999 + "\n"}), Step("'y' * 10_000", value("y" * 10_000))],
    ),
    Case(
        "a long value is cut to head and tail",
        [
            Step(
                "'H' + 'x' * 29_998 + 'T'",
                {
                    "results.0.text/plain": both(
                        has("[20,000 of 30,000 characters not shown; look at a slice]"),
                        matches("head and tail", lambda text: text[0] == "H" and text[-1] == "T"),
                    )
                },
            )
        ],
    ),
    Case(
        "a long error is cut",
        [
            Step(
                "raise ValueError('x' * 30_000)",
                {
                    "error.value": has("[20,000 of 30,000 characters not shown]"),
                    "error.traceback": matches("is cut", lambda text: len(text) < 10_200),
                },
            )
        ],
    ),
    Case(
        "the person gets so much in a second and is told of the rest",
        [
            Step(
                "for _ in range(1_100):\n    print('x' * 999)",
                {
                    "stdout": has("[1,090,000 of 1,100,000 characters not shown"),
                    "output": matches("200,000 or a few more, and notes of all the rest", _tells_of_all),
                    "stderr": "",
                },
            ),
            Step("print('again')", {"output": [("stdout", "again\n")]}),
        ],
    ),
]
