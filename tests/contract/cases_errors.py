"""Errors as the model sees them, and answers."""

from __future__ import annotations

import json

from contract.case import CLEAN, Case, Step, answer, both, has, lacks, matches, names, row, value

ERRORS = [
    Case(
        "a traceback has the model's own frames and lines",
        [
            Step(
                "def f(x):\n    return 1 / x\nf(0)",
                {
                    "error.name": "ZeroDivisionError",
                    "error.value": "division by zero",
                    "error.traceback": both(
                        has(
                            'Traceback (most recent call last):\n  File "<step ',
                            "line 3, in <module>",
                            "    f(0)\n",
                            "line 2, in f",
                            "    return 1 / x\n",
                            "\nZeroDivisionError: division by zero",
                        ),
                        lacks("codeact_runtime", "pyodide", "asyncio"),
                    ),
                    "results": [],
                    "timed_out": False,
                    "stopped": False,
                },
            )
        ],
    ),
    Case(
        "frames of libraries are left out",
        [
            Step(
                "import json\ndef load(text):\n    return json.loads(text)\nload('{')",
                {
                    "error.name": "JSONDecodeError",
                    "error.traceback": both(
                        has("return json.loads(text)", "in load"), lacks("decoder.py", "raw_decode")
                    ),
                },
            )
        ],
    ),
    Case(
        "functions of earlier steps show their lines",
        [
            Step("def early(x):\n    return x['missing']", CLEAN),
            Step("y = 1", CLEAN),
            Step("early({})", {"error.traceback": has("return x['missing']", "early({})", "in early")}),
        ],
    ),
    Case(
        "chained exceptions",
        [
            Step(
                "import json\ntry:\n    json.loads('{')\n"
                "except ValueError as error:\n    raise LookupError('outer') from error",
                {
                    "error.name": "LookupError",
                    "error.traceback": both(
                        has("JSONDecodeError", "direct cause of the following", "LookupError: outer"),
                        lacks("decoder.py"),
                    ),
                },
            )
        ],
    ),
    Case(
        "an exception while another is handled",
        [
            Step(
                "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['k']",
                {"error.traceback": has("1 / 0", "During handling of the above", "KeyError: 'k'")},
            )
        ],
    ),
    Case(
        "exception groups",
        [
            Step(
                "import json\ndef part():\n    try:\n        json.loads('{')\n    except ValueError as error:\n"
                "        return error\nraise ExceptionGroup('many', [part(), KeyError('k')])",
                {
                    "error.name": "ExceptionGroup",
                    "error.traceback": both(has("many (2 sub-exceptions)", "KeyError: 'k'"), lacks("decoder.py")),
                },
            )
        ],
    ),
    Case(
        "an error in a task",
        [
            Step(
                "import asyncio\nasync def f():\n    raise LookupError('inside')\nawait asyncio.gather(f())",
                {"error.name": "LookupError", "error.traceback": both(has("in f"), lacks("asyncio/"))},
            )
        ],
    ),
    Case(
        "deep recursion",
        [
            Step("def f(n): return f(n + 1)\nf(0)", {"error.name": "RecursionError"}),
            Step("1", value("1")),
        ],
    ),
    Case(
        "a syntax error",
        [
            Step(
                "x = 1\nif x\n    pass",
                {
                    "error.name": "SyntaxError",
                    "error.traceback": both(has("line 2", "if x", "SyntaxError: expected ':'"), lacks("pyodide")),
                    "stdout": "",
                },
            ),
            Step("'x' in globals()", value("False")),
        ],
    ),
    Case("a wrong indentation", [Step("x = 1\n  y = 2", {"error.name": "IndentationError"})]),
    Case(
        "an error in __repr__",
        [
            Step(
                "class Bad:\n    def __repr__(self): raise LookupError('no repr')\nbad = Bad()\nbad",
                {
                    "error.name": "LookupError",
                    "error.value": "no repr",
                    "results": [],
                    "variables": row("bad", "Bad"),
                },
            ),
            Step("print(bad)", {"error.name": "LookupError"}),
        ],
    ),
    Case(
        "an error in __str__ of an error",
        [
            Step(
                "class Bad(Exception):\n    def __str__(self): raise LookupError('no text')\nraise Bad",
                {
                    "error.name": "Bad",
                    "error.value": "<no text: LookupError in __str__>",
                    "error.traceback": has("Bad"),
                },
            )
        ],
    ),
    Case(
        "an error whose __str__ ends Python",
        [
            Step(
                "class Bad(Exception):\n    def __str__(self): raise SystemExit\nraise Bad",
                {"error.name": "Bad", "error.traceback": has("raise Bad")},
            ),
            Step(
                "class Worse:\n    def __repr__(self): raise Bad\nWorse()",
                {"error.name": "Bad", "results": []},
            ),
        ],
    ),
    Case(
        "SystemExit",
        [
            Step("kept = 1\nimport sys\nsys.exit(3)", {"error.name": "SystemExit", "error.value": "3"}),
            Step("raise SystemExit", {"error.name": "SystemExit"}),
            Step("kept", value("1")),
        ],
    ),
    Case(
        "an interrupt of the code's own",
        [
            Step(
                "raise KeyboardInterrupt",
                {"error.name": "KeyboardInterrupt", "timed_out": False, "stopped": False},
            )
        ],
    ),
    Case(
        "a cancellation of the code's own",
        [
            Step("import asyncio\nraise asyncio.CancelledError", {"error.name": "CancelledError"}),
            Step("await asyncio.sleep(0)\n1", value("1")),
        ],
    ),
    Case(
        "code that cancels its own task",
        [
            Step(
                "import asyncio\nasyncio.current_task().cancel()\nawait asyncio.sleep(1)",
                {"error.name": "CancelledError", "timed_out": False, "stopped": False},
            ),
            Step("await asyncio.sleep(0)\nasyncio.current_task().cancelling()", value("0")),
        ],
    ),
    Case(
        "code that is too long",
        [
            Step(
                "x = 1\n#" + "x" * 200_000,
                {
                    "error.name": "CodeRefused",
                    "error.value": "the code is 200,007 characters long, the limit is 200,000; "
                    "split it into steps",
                },
            ),
            Step("'x' in globals()", value("False")),
            Step("#" + "x" * 199_997 + "\n2", value("2")),
        ],
    ),
]

ANSWERS = [
    Case(
        "final_answer",
        [
            Step("print('a')\nfinal_answer(4)\nprint('never')", answer("4", "4", stdout="a\n", results=[])),
            Step("1", value("1")),
        ],
    ),
    Case("final_answer of text", [Step("final_answer('a \"b\"')", answer('"a \\"b\\""', 'a "b"'))]),
    Case("final_answer of nothing", [Step("final_answer()", answer("null", "None"))]),
    Case("final_answer by name", [Step("final_answer(answer=4)", answer("4", "4"))]),
    Case(
        "final_answer of a dict",
        [
            Step(
                "final_answer({'n': [1, 2.5], 'ü': None})",
                {
                    "final_answer.json": matches(
                        "the dict", lambda text: json.loads(text) == {"n": [1, 2.5], "ü": None}
                    ),
                    "final_answer.text": has('"ü": null'),
                },
            )
        ],
    ),
    Case(
        "final_answer within except Exception",
        [
            Step("try:\n    final_answer(4)\nexcept Exception:\n    final_answer(5)", answer("4", "4")),
        ],
    ),
    Case(
        "final_answer within a bare except still counts",
        [
            Step("try:\n    final_answer(4)\nexcept:\n    pass\nx = 1", answer("4", "4")),
        ],
    ),
    Case(
        "final_answer in a function in a task",
        [
            Step("import asyncio\nasync def f(): final_answer(4)\nawait asyncio.gather(f())", answer("4", "4")),
        ],
    ),
    Case(
        "final_answer as an assignment",
        [
            Step("final_answer = 4", answer("4", "4", variables=names())),
            Step("final_answer(5)", answer("5", "5")),
        ],
    ),
    Case("final_answer = None", [Step("final_answer = None", answer("null", "None"))]),
    Case(
        "final_answer as a function of the code's own",
        [
            Step("def final_answer(x):\n    return x", {**CLEAN, "variables": names()}),
            Step("final_answer(5)", answer("5", "5")),
        ],
    ),
    Case("an answer that is a set", [Step("final_answer({7})", answer(None, "{7}"))]),
    Case(
        "an answer that is an object",
        [
            Step("class A:\n    def __repr__(self): return 'an A'\nfinal_answer(A())", answer(None, "an A")),
        ],
    ),
    Case(
        "an answer that JSON has no number for",
        [
            Step("final_answer(float('nan'))", answer(None, "nan")),
            Step("x = []\nx.append(x)\nfinal_answer(x)", answer(None, "[[...]]")),
        ],
    ),
    Case(
        "an answer with a broken __repr__",
        [
            Step(
                "class A:\n    def __repr__(self): raise LookupError('no')\nfinal_answer(A())",
                {"final_answer.json": None, "final_answer.text": "", "error.name": "LookupError"},
            ),
        ],
    ),
    Case(
        "a huge integer is exact",
        [
            Step("final_answer(2**70)", answer("1180591620717411303424", "1180591620717411303424")),
            Step("final_answer([2**53 + 1])", {"final_answer.json": "[9007199254740993]"}),
        ],
    ),
    Case(
        "an answer and its pictures",
        [
            Step(
                "final_answer(SVG('<svg/>'))",
                answer(
                    None,
                    "SVG of 6 characters",
                    **{
                        "final_answer.bundle": {"text/plain": "SVG of 6 characters", "image/svg+xml": "<svg/>"},
                    },
                ),
            ),
        ],
    ),
]
