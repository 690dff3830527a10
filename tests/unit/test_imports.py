"""Which modules and calls are refused before the code runs, and in what words."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from codeact_runtime.code_tree import Nodes, collect
from codeact_runtime.errors import CallRefused, CodeRefused, ImportRefused, InstallRefused
from codeact_runtime.import_hints import hint
from codeact_runtime.imports import Policy, find_imports

PACKAGES = {
    "sympy": "sympy",
    "networkx": "networkx",
    "bs4": "beautifulsoup4",
    "google.protobuf": "protobuf",
    "_x": "x",
}
policy = Policy(PACKAGES)


def nodes(code: str) -> Nodes:
    return collect(ast.parse(code))


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import a, b.c as d", ["a", "b.c"]),
        ("from a.b import c as d, e", ["a.b", "a.b.c", "a.b.e"]),
        ("from . import a\nfrom .b import c", []),
        ("def f():\n  if x:\n    while y:\n      import a", ["a"]),
        ("async def f():\n  async with x: import a", ["a"]),
        ("match x:\n  case 1:\n    import a\n  case _:\n    import b", ["a", "b"]),
        ("class A:\n  import a\n  x = [lambda: __import__('b') for y in z]", ["a", "b"]),
        ("__import__('a')", ["a"]),
        ("import importlib\nimportlib.import_module('a.b')", ["importlib", "a.b"]),
        ("import importlib as i\ni.import_module('a')", ["importlib", "a"]),
        ("from importlib import import_module as load\nload('a')", ["importlib", "importlib.import_module", "a"]),
        ("__import__(name); __import__(''); f('a'); x.import_module('a')", []),
        ("try: import a\nexcept* ValueError: import b", ["a", "b"]),
        ("import a, b; from c import d; import e", ["a", "b", "c", "c.d", "e"]),
        ("from a import system\nfrom os import system\nsystem('x')", ["a", "a.system", "os", "os.system"]),
        ("x = 1", []),
    ],
)
def test_every_import_is_found(code: str, modules: list[str]) -> None:
    assert [found.module for found in find_imports(nodes(code))] == modules


def test_a_deep_tree_is_walked() -> None:
    tree = ast.parse("-" * 900 + "__import__('a')")
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        found = find_imports(collect(tree))
    finally:
        sys.setrecursionlimit(deepest)
    assert [one.module for one in found] == ["a"]


@pytest.mark.parametrize(
    "code",
    [
        "import json, re, os.path, sqlite3, xml.etree.ElementTree, concurrent",
        "import asyncio, urllib.parse, http, importlib.metadata, pickle",
        "import sympy as sp\nfrom networkx.algorithms import bipartite\nfrom bs4 import BeautifulSoup",
        "import google.protobuf.json_format",
        "from __future__ import annotations",
        "import __main__",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None",
        "try:\n    import numpy\nexcept (ValueError, ModuleNotFoundError):\n    pass",
        "try:\n    import numpy\nexcept:\n    pass",
        "open('helper.py', 'w').write('x = 1')\nimport helper",
        "import os\nos.makedirs('/tmp/made')\nopen('/tmp/made/made/__init__.py', 'w')\nimport made",
        "system('x'); x.system('y'); os = 1",
        "import os\nprint(os.environ, os.getcwd())",
        "pip = 1\nmicropip = {}\nmicropip.get(pip)",
    ],
)
def test_what_is_here_may_be_imported(code: str) -> None:
    policy.check(nodes(code))


def test_a_module_in_the_working_folder_may_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ImportRefused):
        policy.check(nodes("import made_by_me"))
    (tmp_path / "made_by_me.py").write_text("raise SystemExit")
    policy.check(nodes("import made_by_me"))
    assert "made_by_me" not in sys.modules


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        ("import js", ImportRefused, "cannot reach JavaScript"),
        ("from js import document", ImportRefused, "cannot reach JavaScript"),
        ("from pyodide.ffi import to_js", ImportRefused, "cannot reach JavaScript"),
        ("from pyodide.code import run_js", ImportRefused, "cannot reach JavaScript"),
        ("import pyodide_js", ImportRefused, "cannot reach JavaScript"),
        ("import _pyodide_core", ImportRefused, "own machinery"),
        ("from _pyodide import _importhook", ImportRefused, "own machinery"),
        ("import codeact_runtime.executor", ImportRefused, "own machinery"),
        ("from pyodide.http import pyfetch", ImportRefused, "no network"),
        ("import urllib.request as r", ImportRefused, "no network"),
        ("from urllib import request", ImportRefused, "no network"),
        ("from urllib import parse, request", ImportRefused, "no network"),
        ("import socket, ssl", ImportRefused, "no network"),
        ("import http.client", ImportRefused, "no network"),
        ("import paramiko", ImportRefused, "no network"),  # nothing of the tests brings it along
        ("import webbrowser", ImportRefused, "no network"),
        ("import ctypes.util", ImportRefused, "struct, array or bytes"),
        ("import _ctypes", ImportRefused, "struct, array or bytes"),
        ("__import__('ctypes').CDLL(None)", ImportRefused, "struct, array or bytes"),
        ("try:\n  import ctypes\nexcept ImportError: pass", ImportRefused, "struct, array or bytes"),
        ("import subprocess", ImportRefused, "no other processes"),
        ("import multiprocessing as mp", ImportRefused, "plain loop"),
        ("import threading", ImportRefused, "plain loop"),
        ("from concurrent.futures import ThreadPoolExecutor", ImportRefused, "plain loop"),
        ("import tkinter", ImportRefused, "display"),
        ("import micropip\nawait micropip.install('x')", InstallRefused, "Available: Python's standard"),
        ("import pip", InstallRefused, "no network"),
        ("from pip._internal import main", InstallRefused, "no network"),
        ("import os\nos.system('ls')", CallRefused, "line 2: os.system is not available: there are no other proc"),
        ("import os as o\no.popen('ls')", CallRefused, "os.popen"),
        ("from os import system", CallRefused, "os.system"),
        ("from os import fork as f\nf()", CallRefused, "os.fork"),
        ("import posix\nposix.system('ls')", CallRefused, "posix.system"),
        ("import os\nos._exit(0)", CallRefused, "lose all variables"),
        ("import os\nos.abort()", CallRefused, "lose all variables"),
        ("import os\nos.kill(os.getpid(), 9)", CallRefused, "lose all variables"),
        ("import asyncio\nawait asyncio.open_connection('x', 1)", CallRefused, "no network"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_with_the_reason(code: str, error: type[CodeRefused], reason: str) -> None:
    tree = compile(code, "<step 1>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    with pytest.raises(error) as caught:
        policy.check(collect(tree))
    assert reason in str(caught.value)


def test_numpy_is_answered_with_what_there_is_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])  # the tests have a numpy of their own,
    monkeypatch.delitem(sys.modules, "numpy", raising=False)  # and another one may have imported it
    with pytest.raises(ImportRefused) as caught:
        policy.check(nodes("x = 1\nimport numpy as np"))
    assert str(caught.value) == (
        "line 2: numpy is not in this sandbox and cannot be installed; "
        "nearest: math, statistics, array, fractions.\n"
        "Available: Python's standard library, bs4, google.protobuf, networkx, sympy; just import them."
    )


def test_all_that_is_refused_is_said_at_once() -> None:
    with pytest.raises(ImportRefused) as caught:
        policy.check(nodes("import pandas as pd\nfrom sympi import Symbol, solve\nimport socket\nimport js"))
    lines = str(caught.value).splitlines()
    assert [line.split(" is ")[0] for line in lines[:-1]] == [
        "line 1: pandas", "line 2: sympi", "line 3: socket", "line 4: js",
    ]  # fmt: skip
    assert "nearest: sympy" in lines[1]
    assert lines[-1].startswith("Available: ")


def test_a_bundled_package_is_not_refused_for_using_the_network() -> None:
    Policy({"requests": "requests", "numpy": "numpy"}).check(nodes("import requests, numpy as np"))


def test_without_packages_only_the_standard_library_is_named() -> None:
    with pytest.raises(ImportRefused, match=r"Only Python's standard library is here\.$"):
        Policy({}).check(nodes("import seaborn"))


def test_what_must_be_fetched_first_is_named() -> None:
    code = "import json, sympy.core\nfrom bs4 import element\n__import__('google.protobuf.any_pb2')"
    assert policy.needed(nodes(code), {"beautifulsoup4"}) == ["google", "sympy"]
    assert policy.needed(nodes("import google.auth"), ()) == []
    assert policy.needed(nodes("try: import sympy\nexcept ImportError: pass"), ()) == ["sympy"]


def raised(code: str) -> Exception:
    try:
        exec(code, {})
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is looked at
        return error
    raise AssertionError("nothing was raised")


def test_a_module_missing_at_run_time_gets_the_nearest() -> None:
    said = hint(raised("import sympyy"), policy)
    assert said
    assert "nearest: sympy" in said
    assert said.endswith("just import them.")
    said = hint(raised("import json.decodr"), policy)
    assert said
    assert "nearest: decoder" in said


@pytest.mark.skipif(sys.version_info < (3, 12), reason="ImportError.name_from is new in 3.12, and Pyodide has it")
@pytest.mark.parametrize(
    ("code", "nearest"), [("from math import squareroot", "sqrt"), ("from json import load_s", "loads")]
)
def test_a_name_missing_in_a_module_gets_the_nearest(code: str, nearest: str) -> None:
    said = hint(raised(code), policy)
    assert said
    assert nearest in said


def test_the_nearest_name_is_taken_from_the_error() -> None:
    error = ImportError("cannot import name", name="math")
    error.name_from = "squareroot"  # type: ignore[attr-defined]
    assert hint(error, policy) == "math has no squareroot; nearest: sqrt, isqrt."


@pytest.mark.parametrize(
    "error", [ValueError("x"), ImportError("x"), ModuleNotFoundError("x"), KeyboardInterrupt()]
)
def test_other_errors_get_no_hint(error: Exception) -> None:
    assert hint(error, policy) is None
