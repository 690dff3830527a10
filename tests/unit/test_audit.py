"""Findings about code before it runs: Bandit's rules and ours."""

from __future__ import annotations

import ast
import sys
import time

import pytest
from codeact_runtime.audit import Finding, audit
from codeact_runtime.code_tree import collect


def findings(code: str) -> list[Finding]:
    return audit(collect(ast.parse(code)), code)


@pytest.mark.parametrize(
    ("code", "rule", "severity", "line"),
    [
        ("x = 1\nexec(x)", "B102", "MEDIUM", 2),
        ("import os\nos.chmod('x', 0o777)", "B103", "HIGH", 2),
        ("password = 'hunter2'", "B105", "LOW", 1),
        ("connect(password='hunter2')", "B106", "LOW", 1),
        ("def f(password='hunter2'): pass", "B107", "LOW", 1),
        ("import tarfile\ntarfile.open('x').extractall()", "B202", "HIGH", 2),
        ("import pickle\n\npickle.loads(b'')", "B301", "MEDIUM", 3),
        ("import pickle as p\np.load(f)", "B301", "MEDIUM", 2),
        ("from pickle import loads\nloads(b'')", "B301", "MEDIUM", 2),
        ("import shelve\nshelve.open('x')", "B301", "MEDIUM", 2),
        ("import marshal\nmarshal.loads(b'')", "B302", "MEDIUM", 2),
        ("import tempfile\ntempfile.mktemp()", "B306", "MEDIUM", 2),
        ("print(eval('1 + 1'))", "B307", "MEDIUM", 1),
        ("from urllib.request import urlopen\nurlopen('http://x')", "B310", "MEDIUM", 2),
        ("import xml.etree.ElementTree as ET\nET.parse('x')", "B314", "MEDIUM", 2),
        ("import hashlib\nhashlib.md5(b'')", "B324", "HIGH", 2),
        ("import yaml\nyaml.load(x)", "B506", "MEDIUM", 2),
        ("import subprocess\nsubprocess.Popen(x, shell=True)", "B602", "HIGH", 2),
        ("import subprocess\nsubprocess.run(['/bin/ls', x])", "B603", "LOW", 2),
        ("run(x, shell=True)", "B604", "MEDIUM", 1),
        ("import os as o\no.system(x)", "B605", "HIGH", 2),
        ("import os\nos.execv(x, y)", "B606", "LOW", 2),
        ("import subprocess\nsubprocess.run(['ls'])", "B607", "LOW", 2),
        ("db.execute('SELECT a FROM b WHERE c = ' + d)", "B608", "MEDIUM", 1),
        ("db.execute(f'SELECT a FROM b WHERE c = {d}')", "B608", "MEDIUM", 1),
        ("db.execute('SELECT a FROM b WHERE c = {}'.format(d))", "B608", "MEDIUM", 1),
        ("x = 1\ny = '\u202e'", "B613", "HIGH", 2),
        ("import os\nos.remove('x')", "CA101", "MEDIUM", 2),
        ("from os import unlink as u\nu('x')", "CA101", "MEDIUM", 2),
        ("from pathlib import Path\nPath('x').unlink()", "CA101", "MEDIUM", 2),
        ("import shutil\nshutil.rmtree('/output')", "CA102", "HIGH", 2),
        ("import sys\nsys.modules.clear()", "CA201", "MEDIUM", 2),
        ("from sys import modules\nmodules.clear()", "CA201", "MEDIUM", 1),
        ("import gc\nprint(gc.get_objects())", "CA202", "MEDIUM", 2),
        ("import sys\nsys._getframe().f_back", "CA202", "MEDIUM", 2),
        ("import sys\nsys.setrecursionlimit(10**9)", "CA203", "MEDIUM", 2),
        ("object.__subclasses__()", "CA204", "HIGH", 1),
        ("f.__globals__", "CA204", "HIGH", 1),
        ("e.__traceback__.tb_frame.f_globals", "CA204", "HIGH", 1),
        ("'{0.__class__.__subclasses__}'.format('')", "CA204", "HIGH", 1),
        ("getattr(f, '__glo' '' 'bals__')", "CA204", "HIGH", 1),
        ("import sys\nsys.modules['pyodide_js._api']", "CA205", "HIGH", 2),
        ("x = 'emscripten_run_script'", "CA205", "HIGH", 1),
    ],
)  # fmt: skip
def test_what_is_risky_is_found(code: str, rule: str, severity: str, line: int) -> None:
    found = {(each["rule"], each["severity"], each["line"]) for each in findings(code)}
    assert (rule, severity, line) in found
    assert all(each["text"] for each in findings(code))


@pytest.mark.parametrize(
    "code",
    [
        "x = 1; x + 1",
        "import random\nrandom.random()",
        "import statistics\nassert statistics.mean([1, 2]) == 1.5",
        "with open('/tmp/x', 'w') as f: f.write('text')",
        "db.execute('SELECT a FROM b WHERE c = ?', (d,))",
        "print('the file was removed'); rows.remove(1)",
        "class A:\n    def __init__(self): self.__class__",
        "import hashlib\nhashlib.sha256(b'')",
        "from pathlib import Path\nPath('x').write_text('é')",
        "try:\n    int(x)\nexcept ValueError:\n    pass",
        "import sys\nprint(sys.version, sys.path)",
        "x = [f(a, b=c) for a in d if e(a)]",
    ],
)
def test_everyday_code_has_no_findings(code: str) -> None:
    assert findings(code) == []


def test_findings_come_by_line_and_once() -> None:
    code = "import pickle\nexec(a); exec(b)\npickle.loads(eval(c))"
    assert [(each["rule"], each["line"]) for each in findings(code)] == [("B102", 2), ("B301", 3), ("B307", 3)]


def test_nosec_silences_nothing() -> None:
    assert [each["rule"] for each in findings("eval(x)  # nosec")] == ["B307"]


def test_a_rule_that_fails_is_named_and_the_others_go_on() -> None:
    found = findings("import os\nos.chmod('x', {[]})\neval(y)")
    assert ("B307", 3) in {(each["rule"], each["line"]) for each in found}


def test_code_that_changes_ast_does_not_blind_the_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse("exec(x); eval(y)\ndb.execute('SELECT a FROM b WHERE c = ' + d)")
    for name in ("walk", "iter_child_nodes", "iter_fields", "parse", "Call", "Constant", "BinOp", "Attribute"):
        monkeypatch.setattr(ast, name, None)
    monkeypatch.setattr(ast.NodeVisitor, "visit", None)
    assert [each["rule"] for each in audit(collect(tree), "")] == ["B102", "B307", "B608"]


def test_bandit_is_loaded_without_its_command_and_cannot_be_found_by_name() -> None:
    assert not {name.partition(".")[0] for name in sys.modules} & {"bandit", "stevedore"}


@pytest.mark.parametrize(
    "code",
    [
        "x = 'a'" + " + 'a'" * 590,
        "f((" + "1, " * 20_000 + "))",
        "f(" * 150 + "{1: [" + "2, " * 10_000 + "]}" + ")" * 150,
        "x = f'" + "{a}b" * 3_000 + "'",
        "x = [" + "{'password': 'b'}, " * 2_000 + "]",
    ],
)
def test_long_code_takes_no_longer_than_parsing_does_by_far(code: str) -> None:
    started = time.process_time()
    tree = ast.parse(code)
    parsed = time.process_time()
    audit(collect(tree), code)
    assert time.process_time() - parsed < 20 * (parsed - started) + 0.2
