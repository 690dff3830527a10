"""Sentences that reach the page as English text: each template is said somewhere, and each sentence has one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.spoken_words import heard

ROOT = Path(__file__).resolve().parents[2]
AGENT = ROOT / "web" / "agent" / "codeact_agent"
# What of Python the person reads on the page; what raises DeclarationError is for developers.
LOOP = [AGENT / each for each in ("errors.py", "model.py", "run.py", "stuck.py", "recorded.py", "hosts/page.py")]
RAISED = {"AgentError", "Stuck", "UnknownTask"}
SAID_BY = {"in_words", "_reason"}
CARDS = ROOT / "pyodide_runtime" / "codeact_runtime" / "approval.py"
SANDBOX = re.compile(r"new (?:SandboxError|FileError|ModelFailure)\(\s*[^,]+,\s*(['`])((?:[^\\]|\\.)+?)\1")
# Only a bug of ours, or of who embeds the sandbox, says these; the model's code gets the last ones.
NEVER_SHOWN = (
    "There is no limit named", "The limit {0} must be", "The sandbox told of tools", "The sandbox has not been",
    "A step is already running", "there is no tool named", "the arguments are no", "{0}() gave more",
    "The sub-agent has ended", "The recording holds no run",
)  # fmt: skip


# Of a template: between its values, and between those of the relay's sentence on keys.
_PIECES = re.compile(r"\{\d\}|The model's provider (?=asks|refused)|\. (?=Whoever)|\.$")


def template(node: ast.expr) -> str:
    """Of a text or an f-string, its values numbered; otherwise empty."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts, count = "", 0
    for part in node.values:
        parts += str(part.value) if isinstance(part, ast.Constant) else f"{{{count}}}"
        count += not isinstance(part, ast.Constant)
    return parts


def of_loop() -> Iterator[str]:
    for path in LOOP:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args:
                yield template(node.args[0])
            if isinstance(node, ast.FunctionDef) and node.name in SAID_BY:
                returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                yield from map(template, returned)


def of_cards() -> Iterator[str]:
    texts = map(template, (node for node in ast.walk(ast.parse(CARDS.read_text())) if isinstance(node, ast.expr)))
    yield from (text for text in texts if re.match(r"(It|The audit|All code) .*[.}]$", text))


def of_sandbox() -> Iterator[str]:
    for path in [*ROOT.glob("web/sandbox/*.js"), ROOT / "web" / "providers" / "openai_service.js"]:
        for _, text in SANDBOX.findall(path.read_text()):
            ends = "." if path.parent.name == "providers" else ""  # as in_words of the loop adds
            pieces = re.split(r"\$\{[^}]*\}", text)
            yield "".join(f"{piece}{{{number}}}" for number, piece in enumerate(pieces[:-1])) + pieces[-1] + ends


def fits(one: str, text: str) -> bool:
    return bool(re.fullmatch(".*?".join(re.escape(each) for each in re.split(r"\{\d\}", one)), text, re.S))


@pytest.mark.parametrize("said", [of_loop, of_cards, of_sandbox])
def test_what_the_person_reads_has_a_template(said: object) -> None:
    assert callable(said)
    sentences = {text for text in said() if text and text not in ("{0}", "{0}: {1}") and len(text) > 9}
    assert len(sentences) > 4
    missing = {each for each in sentences if not each.startswith(NEVER_SHOWN)} - set(heard())
    assert not missing, "add them to web/heard_words.js"


def test_each_template_is_said_somewhere() -> None:
    paths = [
        *LOOP,
        CARDS,
        ROOT / "server" / "codeact_server" / "upstreams" / "client.py",
        *ROOT.glob("web/sandbox/*.js"),
        *ROOT.glob("web/*.js"),
        *ROOT.glob("web/providers/*.js"),
    ]
    python = "\n".join(
        template(node)
        for path in paths
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.expr)
    )
    script = "\n".join(path.read_text() for path in paths if path.suffix == ".js" and path.stem != "heard_words")
    severities = {"HIGH", "MEDIUM", "LOW"}
    for each in {one.removeprefix(" It said: ") for one in heard()} - severities:
        pieces = [piece for piece in _PIECES.split(each) if len(piece) > 1]
        assert all(piece in python for piece in pieces) or all(piece in script for piece in pieces), each


def test_no_template_takes_what_is_anothers() -> None:
    """They are tried in their order: an earlier one must not fit a later one's sentences."""
    listed = heard()
    for place, each in enumerate(listed):
        filled = re.sub(r"\{\d\}", "x", each)
        assert next(number for number, one in enumerate(listed) if fits(one, filled)) == place, each
