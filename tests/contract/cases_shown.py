"""What is shown to the person, and the table of variables."""

from __future__ import annotations

import base64

from contract.case import ABSENT, CLEAN, Case, Step, both, has, lacks, matches, names, row

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
JPEG = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"


DISPLAY = [
    Case(
        "markup",
        [
            Step(
                "display(HTML('<b>x</b>'))",
                {
                    **CLEAN,
                    "results": [],
                    "displayed": [{"text/plain": "HTML of 8 characters", "text/html": "<b>x</b>"}],
                },
            )
        ],
    ),
    Case(
        "a drawing",
        [
            Step(
                "display(SVG('<svg/>'))",
                {
                    "displayed": [{"text/plain": "SVG of 6 characters", "image/svg+xml": "<svg/>"}],
                },
            )
        ],
    ),
    Case(
        "a picture",
        [
            Step(
                f"png = {PIXEL!r}\ndisplay(Image(png))",
                {
                    "displayed.0.image/png": base64.b64encode(PIXEL).decode(),
                    "displayed.0.text/plain": f"Image of {len(PIXEL)} bytes",
                },
            ),
            Step(f"display(Image({JPEG!r}))", {"displayed.0.image/jpeg": base64.b64encode(JPEG).decode()}),
        ],
    ),
    Case(
        "several values, in the order of text and pictures",
        [
            Step(
                "print('a')\ndisplay(1, 'two')\nprint('b')",
                {
                    "displayed": [{"text/plain": "1"}, {"text/plain": "two"}],
                    "stdout": "a\nb\n",
                },
            ),
        ],
    ),
    Case(
        "_repr_html_",
        [
            Step(
                "class T:\n    def _repr_html_(self): return '<table/>'\n"
                "    def __repr__(self): return 'T'\ndisplay(T())",
                {"displayed": [{"text/plain": "T", "text/html": "<table/>"}]},
            )
        ],
    ),
    Case(
        "_repr_mimebundle_",
        [
            Step(
                "class T:\n"
                "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
                f"        png = {PIXEL!r}\n"
                "        forms = {'text/html': '<i/>', 'image/png': png, 'application/json': {'a': [None]}}\n"
                "        return forms, {'meta': 1}\n"
                "    def _repr_html_(self): return 'not asked'\n"
                "    def __repr__(self): return 'T'\n"
                "display(T())",
                {
                    "displayed": [
                        {
                            "text/plain": "T",
                            "text/html": "<i/>",
                            "image/png": base64.b64encode(PIXEL).decode(),
                            "application/json": '{"a": [null]}',
                        },
                    ]
                },
            )
        ],
    ),
    Case(
        "a plain form of its own is cut as well",
        [
            Step(
                "class T:\n    def _repr_mimebundle_(self): return {'text/plain': 'x' * 30_000}\nT()",
                {"results.0.text/plain": has("[20,000 of 30,000 characters not shown")},
            )
        ],
    ),
    Case(
        "a class is not an instance",
        [
            Step("class T:\n    def _repr_html_(self): return ''\ndisplay(T)", {"displayed.0.text/html": ABSENT}),
        ],
    ),
    Case(
        "too large to be shown",
        [
            Step(
                "display(HTML('x' * 2_000_001))",
                {
                    "error.name": "SandboxError",
                    "displayed": [],
                    "error.value": both(
                        has("display(): 2,000,0", "is more than the 2,000,000 that can be shown; draw fewer")
                    ),
                    "error.traceback": lacks("namespace.py"),
                },
            ),
            Step(
                "display(HTML('x' * 1_900_000))",
                {
                    "error": None,
                    "displayed.0.text/html": matches("all of it", lambda text: len(text) == 1_900_000),
                },
            ),
        ],
    ),
    Case(
        "a value too large to be shown comes as text",
        [
            Step("HTML('x' * 2_000_001)", {**CLEAN, "results": [{"text/plain": "HTML of 2,000,001 characters"}]}),
        ],
    ),
]

VARIABLES = [
    Case(
        "types with lengths",
        [
            Step(
                "a, b, c, d, e, f = 1, 'two', [1, 2, 3], {'k': 1}, (1,), {1, 2}\ng = b'x'; h = 1.5; i = None",
                {
                    "variables": both(
                        row("a", "int", "1"),
                        row("b", "str[3]", "'two'"),
                        row("c", "list[3]", "[1, 2, 3]"),
                        row("d", "dict[1]", "{'k': 1}"),
                        row("e", "tuple[1]", "(1,)"),
                        row("f", "set[2]"),
                        row("g", "bytes[1]"),
                        row("h", "float", "1.5"),
                        row("i", "NoneType", "None"),
                    )
                },
            )
        ],
    ),
    Case(
        "types with a shape",
        [
            Step(
                "class Frame:\n    shape = (3, 4)\n    def __repr__(self): return 'a\\n  b'\ndf = Frame()",
                {"variables": row("df", "Frame(3, 4)", "a b")},
            )
        ],
    ),
    Case(
        "functions and classes",
        [
            Step(
                "def f(x): pass\nclass C: pass\ng = lambda: 0\nh = len",
                {
                    "variables": both(
                        row("f", "function", "f(…)"),
                        row("C", "type", "class C"),
                        row("h", "builtin_function_or_method", "len(…)"),
                    )
                },
            )
        ],
    ),
    Case(
        "modules and private names are left out",
        [
            Step(
                "import math, json as j\nfrom os import path\n_x = 1\n__y = 2\nz = 3\nfrom math import sqrt",
                {"variables": names("z", "sqrt")},
            )
        ],
    ),
    Case("tools and helpers are left out", [Step("x = 1", {"variables": names("x")})], tools=("divide",)),
    Case(
        "the newest sixty",
        [
            Step(
                "for n in range(70): globals()[f'v{n}'] = n\ndel n",
                {
                    "variables": matches(
                        "v10 … v69",
                        lambda rows: [each["name"] for each in rows] == [f"v{n}" for n in range(10, 70)],
                    )
                },
            )
        ],
    ),
    Case(
        "long values are short",
        [
            Step(
                "x = list(range(10_000))\ny = 'y' * 10_000\nz = 10 ** 1_000",
                {
                    "variables": both(
                        row("x", "list[10000]", "[0, 1, 2, 3, ...]"),
                        row("y", "str[10000]", matches("short", lambda text: len(text) <= 100)),
                        row("z", "int", matches("short", lambda text: len(text) <= 100)),
                    )
                },
            )
        ],
    ),
    Case(
        "values that raise when they are looked at",
        [
            Step(
                "class Bad(list):\n"
                "    def __repr__(self): raise LookupError\n"
                "    def __len__(self): raise LookupError\n"
                "class Odd:\n"
                "    def __getattr__(self, name): raise LookupError(name)\n"
                "bad, odd, good = Bad(), Odd(), 1",
                {
                    "error": None,
                    "variables": both(
                        row("good", "int", "1"),
                        matches("bad and odd", lambda rows: {"bad", "odd"} <= {each["name"] for each in rows}),
                    ),
                },
            )
        ],
    ),
    Case("after an error too", [Step("x = 1\n1 / 0", {"variables": names("x")})]),
]

NUMBERS = [
    Case("memory", [Step("1", {"memory_mb": matches("above 0", lambda mb: mb > 0)})]),
    Case(
        "duration",
        [
            Step(
                "import time\ntime.sleep(0.05)",
                {"duration_ms": matches("50 … 2,000", lambda ms: 50 <= ms < 2_000)},
            )
        ],
    ),
]
