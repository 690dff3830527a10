"""What is looked at before the code is parsed."""

from __future__ import annotations

import ast
import csv
import inspect
import json.decoder
import statistics
import tarfile
import typing
from collections.abc import Callable

import pytest
from codeact_runtime.errors import CodeTooDeep
from codeact_runtime.source import MOST_NESTED, asks_to_install, check_source

Shape = Callable[[int], str]
# Each kills the parser of Pyodide 314 from some length on (ADR 11).
DEADLY: dict[str, Shape] = {
    "sum": lambda n: "+".join(["1"] * n),
    "sum over lines": lambda n: "x = (" + "\n+ ".join(["a"] * n) + ")",
    "sum with comments": lambda n: "x = (1" + " + # more\n 1" * n + ")",
    "continued lines": lambda n: "x = 1" + " + \\\n 1" * n,
    "powers": lambda n: "**".join(["x"] * n),
    "negative powers": lambda n: "x**-" * n + "1",
    "shifts": lambda n: "<<".join(["x"] * n),
    "union types": lambda n: "x: " + "|".join(["int"] * n),
    "percents": lambda n: "'%s'" + "%a" * n,
    "not": lambda n: "not " * n + "1",
    "minus": lambda n: "x = " + "-" * n + "1",
    "mixed signs": lambda n: "x = " + "- + ~ " * n + "1",
    "attributes": lambda n: "x = a" + ".b" * n,
    "spaced attributes": lambda n: "x = a" + " . b" * n,
    "calls": lambda n: "f" + "()" * n,
    "subscripts": lambda n: "a" + "[0]" * n,
    "methods": lambda n: "x = (a" + "\n.b(1)" * n + ")",
    "ternaries": lambda n: "x = " + "1 if y else " * n + "1",
    "lambdas": lambda n: "x = " + "lambda: " * n + "1",
    "lambdas with arguments": lambda n: "x = " + "lambda a, *b, c={1: 2}: " * n + "1",
    "lambdas in defaults": lambda n: "x = " + "lambda a, b=" * n + "1" + ":1" * n,
    "comprehension": lambda n: "x = [1" + " for a in b" * n + "]",
    "elif": lambda n: "if x: pass\n" + "elif x: pass\n" * n,
    "indented elif": lambda n: "if 1:\n  if x: pass\n" + "  elif x:\n    pass\n\n  # why\n" * n,
    "pattern": lambda n: "match 1:\n case a" + ".b" * n + ": pass",
    "deleted": lambda n: "del a" + "[0]" * n,
    "in an f-string": lambda n: "f'{1" + "+1" * n + "}'",
    "in a format": lambda n: "f'{1:{2" + "+1" * n + "}}'",
    "in brackets": lambda n: "x = " + "(" * 150 + "-" * n + "1" + ")" * 150,
    "beside commas": lambda n: "x = " + "f(1, 2" + "+1+1+1+1+1+1+1+1+1+1+f(1, 2" * (n // 10) + ")" * (n // 10 + 1),
    "chain of long terms": lambda n: "x = " + " + ".join(["a.b.c"] * n),
    "strings between": lambda n: "x = " + " + ".join(["'#'", '"\\""', "'''\n'\n'''"] * (n // 3 + 1)),
    "after an f-string": lambda n: "f'{a!r:>{b}}{{' " + "+ 1" * n,
    "after a raw string": lambda n: "r'\\' , ' + 1" + "+ 1" * n,
}  # fmt: skip
HONEST: dict[str, str] = {
    "negative numbers": "x = [" + "-1, " * 50_000 + "]",
    "complex numbers": "x = [\n" + "1+2j,\n" * 20_000 + "]",
    "table of strings": "t = {\n" + "  'key': 'a-b.c(d)[e] not {x}',\n" * 3_000 + "}",
    "long text": "t = '''" + "- a.b(c) + not lambda else\n" * 5_000 + "'''",
    "long f-string": "t = f'''" + "<a href='x.y'>- + - {a.b(c):>10}</a>\n" * 2_000 + "'''",
    "comment": "# " + "- + . ( [ { not lambda " * 2_000 + "\nx = 1",
    "joined strings": "t = (" + "'a.b'\n" * 5_000 + ")",
    "rows of calls": "rows = [\n" + "  dict(a=f(1).b[2], c=-3**2, d=lambda x: x if y else -x),\n" * 3_000 + "]",
    "statements": "x = a.b(c)[1] + 2\n" * 3_000,
    "one line": "x = a.b(c)[1] + 2; " * 3_000,
    "functions": "def f(a, *, b=-1):\n    if a: return -b\n    elif b: return a\n    else: return a.b(c)\n" * 750,
    "conditions": "x = " + " and ".join(["a.b(c) < -d[1]"] * 2_000),
    "comparisons": "x = " + " < ".join(["a.b"] * 2_000),
    "arguments": "f(" + "a.b(), " * 2_000 + ")",
    "polynomial": "p = " + " + ".join(f"{n}*x**{n}" for n in range(500)),
    "numbers with points": "x = 1.5" + " ; y = 2.5e-3" * 3_000,
    "decorators": "@a.b(c)\n" * 1_000 + "def f(): pass",
    "branches one after another": "if a: pass\nelif b: pass\nelse: pass\n" * 1_000,
}  # fmt: skip


def refused(code: str) -> bool:
    try:
        check_source(code)
    except CodeTooDeep:
        return True
    return False


@pytest.mark.parametrize("shape", DEADLY.values(), ids=DEADLY)
def test_what_kills_the_parser_is_refused(shape: Shape) -> None:
    assert refused(shape(1_300))
    assert refused(shape(30_000))
    assert not refused(shape(MOST_NESTED // 10))


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_honest_code_passes(code: str) -> None:
    assert len(code) > MOST_NESTED
    ast.parse(code)
    check_source(code)


@pytest.mark.parametrize("module", [json.decoder, csv, statistics, inspect, typing, tarfile, ast])
def test_modules_of_the_standard_library_pass(module: object) -> None:
    check_source(inspect.getsource(module))  # type: ignore[arg-type]


def test_those_modules_are_more_than_ten_thousand_lines() -> None:
    modules = (json.decoder, csv, statistics, inspect, typing, tarfile, ast)
    assert sum(inspect.getsource(module).count("\n") for module in modules) > 10_000


def test_the_refusal_names_the_line_and_a_way_out() -> None:
    with pytest.raises(CodeTooDeep, match=r"line 3: more than .*sum\(\.\.\.\)"):
        check_source("x = 1\n\ny = " + "+".join(["x"] * 5_000))


@pytest.mark.parametrize(
    "code", ["", "(" * 5_000, ")" * 5_000, "'" * 5_001, "f'{" * 2_000, "\\" * 5_000, "lambda " * 900]
)
def test_what_is_no_python_is_left_to_the_parser_or_refused_as_too_deep(code: str) -> None:
    refused(code)


@pytest.mark.parametrize(
    "line",
    [
        "pip install numpy", "%pip install numpy", "!pip install -q numpy pandas", "  !pip3 install x",
        "! pip install x",
        "python -m pip install x", "!python3 -m pip install x", "!uv pip install x", "micropip install x",
        "%conda install x", "x = 1; pip install x",
    ],
)  # fmt: skip
def test_an_installation_is_recognised_where_python_ends(line: str) -> None:
    for code in (line, f"x = 1\n{line}\nprint(x)"):
        with pytest.raises(SyntaxError) as caught:
            ast.parse(code)
        assert asks_to_install(code, caught.value)


@pytest.mark.parametrize("code", ["t = '''\npip install x\n'''\nif", "x = (", "# pip install x\n)"])
def test_other_broken_code_is_no_installation(code: str) -> None:
    with pytest.raises(SyntaxError) as caught:
        ast.parse(code)
    assert not asks_to_install(code, caught.value)
