"""The protocol is written down four times: protocol.js, messages.py, docs/protocol.md and frame.js."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import NotRequired, get_origin, get_type_hints

import pytest
from codeact_runtime import messages
from codeact_runtime.executor import Result
from codeact_runtime.limits import Limits
from codeact_runtime.namespace import describe_answer
from codeact_runtime.tools import Parameter, ToolSpec
from codeact_runtime.tracebacks import ErrorInfo
from codeact_runtime.variables import Variable
from support.markdown import fields_of, rows

ROOT = Path(__file__).parents[2]
SANDBOX = ROOT / "web" / "sandbox"
DOCUMENT = ROOT / "docs" / "protocol.md"
PROTOCOL = (SANDBOX / "protocol.js").read_text()


def _braced(text: str, start: int) -> str:
    """The balanced ``{…}`` of ``text`` that begins at ``start``."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return text[start : index + 1]
    raise AssertionError(f"unbalanced braces after {text[start : start + 60]!r}")


def _members(shape: str) -> list[str]:
    """The names of ``{a: x, b?: {c: y}}`` at its first level, ``?`` included."""
    flat, depth = "", 0
    for letter in shape[1:-1]:
        depth += letter in "{[<("
        if depth == 0:
            flat += letter
        depth -= letter in "}]>)"
    return re.findall(r"(?:^|,)\s*(\w+\??):", flat)


def _typedef(name: str) -> list[str]:
    """Members of a typedef of protocol.js, whichever of its two forms it has."""
    inline = re.search(rf"@typedef (\{{\{{.*\}}) {name}\b", PROTOCOL)
    if inline:
        shape = inline.group(1)[1:-1]
        return _members(_braced(shape, shape.index("{type: '") if "{type: '" in shape else 0))
    block = re.search(rf"@typedef \{{object\}} {name}\b(.*?)\*/", PROTOCOL, re.DOTALL)
    assert block, f"protocol.js has no {name}"
    return [
        name + ("?" if optional else "")
        for optional, name in re.findall(r"@property \{[^\n]*?\} (\[?)(\w+)", block.group(1))
    ]


def _union(name: str) -> dict[str, tuple[str, ...]]:
    """``{type: fields}`` of the messages of a union of protocol.js."""
    listed = re.search(rf"@typedef \{{([\w |]+)\}} {name}\b", PROTOCOL)
    assert listed
    found = {}
    for member in listed.group(1).split(" | "):
        tag = re.search(rf"@typedef \{{.*?\{{type: '(\w+)'.*\}} {member}\b", PROTOCOL)
        assert tag, member
        found[tag.group(1)] = tuple(field for field in _typedef(member) if field != "type")
    return found


def _documented(direction: str) -> dict[str, tuple[str, ...]]:
    return {
        fields_of(kind)[0]: tuple(fields_of(fields))
        for kind, way, fields, _ in rows(DOCUMENT, "type")
        if way == direction
    }


def _without_marks(message_types: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(field.rstrip("?") for field in fields) for kind, fields in message_types.items()}


UNIONS = pytest.mark.parametrize(
    ("union", "mirror", "direction"),
    [("Request", messages.REQUESTS, "page → sandbox"), ("SandboxEvent", messages.EVENTS, "sandbox → page")],
)


@UNIONS
def test_python_mirrors_the_messages(union: str, mirror: dict[str, tuple[str, ...]], direction: str) -> None:
    assert _without_marks(_union(union)) == mirror


@UNIONS
def test_the_document_lists_the_messages(union: str, mirror: dict[str, tuple[str, ...]], direction: str) -> None:
    assert _documented(direction) == mirror


def test_every_row_of_the_document_says_when() -> None:
    for kind, way, _, when in rows(DOCUMENT, "type"):
        assert way in ("page → sandbox", "sandbox → page"), kind
        assert len(when) > 10, kind


def test_versions_agree() -> None:
    assert "import { PROTOCOL_VERSION } from './protocol.js'" in (SANDBOX / "frame.js").read_text()
    in_protocol = re.search(r"export const PROTOCOL_VERSION = (\d+);", PROTOCOL)
    in_document = re.search(r"version (\d+)", DOCUMENT.read_text())
    assert in_protocol and in_document
    assert {int(found.group(1)) for found in (in_protocol, in_document)} == {messages.PROTOCOL_VERSION}


def test_the_frame_lets_through_exactly_the_events() -> None:
    checks = (SANDBOX / "message_checks.js").read_text().partition("const CHECKS = {")[2]
    checked = dict(re.findall(r"^  (\w+): \(\{\s(.*?),?\s+\}\)", checks, re.MULTILINE | re.DOTALL))
    assert {kind: set(re.findall(r"(\w+)(?:: \w+)?", fields)) - {"args"} for kind, fields in checked.items()} == {
        kind: set(fields) for kind, fields in messages.EVENTS.items()
    }


@pytest.mark.parametrize("file", ["client.js", "frame.js", "worker.js"])
def test_only_known_types_are_handled(file: str) -> None:
    handled = re.findall(r"case '(\w+)':", (SANDBOX / file).read_text())
    assert handled
    assert set(handled) <= set(messages.EVENTS if file == "client.js" else messages.REQUESTS)


def test_the_page_handles_every_event() -> None:
    handled = re.findall(r"case '(\w+)':", (SANDBOX / "client.js").read_text())
    assert sorted(handled) == sorted(messages.EVENTS)


def test_the_worker_waits_for_every_asset() -> None:
    frame = (SANDBOX / "frame.js").read_text()
    needed = re.search(r"const NEEDED = .*?\(\[(.*?)\]\)", frame)
    assert needed
    assert sorted([*re.findall(r"'(\w+)'", needed.group(1)), "worker", "wasm"]) == sorted(_typedef("Assets"))


@pytest.mark.parametrize(
    ("name", "mirror"),
    [
        ("Result", Result), ("Variable", Variable), ("ToolSpec", ToolSpec), ("Parameter", Parameter),
    ],
)  # fmt: skip
def test_shapes_agree(name: str, mirror: type) -> None:
    fields = _typedef(name)
    hints = get_type_hints(mirror, include_extras=True)
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    assert [field.rstrip("?") for field in fields] == list(hints)
    assert {field.rstrip("?") for field in fields if field.endswith("?")} == optional


def test_an_answer_has_the_fields_written_down() -> None:
    assert list(describe_answer(1, Limits())) == _typedef("Answer")


def test_an_error_has_the_fields_written_down() -> None:
    shape = re.search(r"@property (\{.*\}) error$", PROTOCOL, re.MULTILINE)
    assert shape
    assert _members(_braced(shape.group(1)[1:-1], 0)) == list(ErrorInfo.__annotations__)


def test_limits_agree() -> None:
    fields = [field.name for field in dataclasses.fields(Limits)]
    assert _typedef("Limits") == fields


def test_the_site_has_the_defaults(site: Path) -> None:
    assert json.loads((site / "sandbox" / "limits.json").read_text()) == dataclasses.asdict(Limits())


def test_the_document_lists_limits_and_result() -> None:
    limits = {fields_of(name)[0]: default for name, default, _ in rows(DOCUMENT, "limit")}
    assert {name: int(default.replace(",", "")) for name, default in limits.items()} == dataclasses.asdict(
        Limits()
    )
    assert [fields_of(name)[0] for name, _ in rows(DOCUMENT, "field")] == list(Result.__annotations__)


def test_limits_take_what_they_know_of_a_message() -> None:
    assert Limits.from_message({"time_ms": 5.0, "bogus": 7}) == Limits(time_ms=5)
    assert Limits.from_message({}) == Limits()


def _listed_kinds() -> set[str]:
    """The closed list at the top of errors.js."""
    comment = (SANDBOX / "errors.js").read_text().split("*/")[0]
    lines = re.findall(r"^ \* ([a-z_]+(?: · [a-z_]+)*)(?:\s{2,}|$)", comment, re.MULTILINE)
    return {kind for line in lines for kind in line.split(" · ")}


def test_the_document_lists_the_kinds_of_errors() -> None:
    documented = [kind for cell, *_ in rows(DOCUMENT, "kind") for kind in fields_of(cell)]
    assert len(documented) == len(set(documented))
    assert set(documented) == _listed_kinds()


def _used_kinds() -> set[str]:
    used: set[str] = set()
    for path in SANDBOX.glob("*.js"):
        source = path.read_text()
        used.update(re.findall(r"new SandboxError\(\s*'(\w+)'", source))
        used.update(re.findall(r"\bfail\(\s*'(\w+)'", source))
        used.update(re.findall(r"\bfail\([^;]*,\s*'(\w+)',?\s*\)", source))
        used.update(re.findall(r"#kill\([^;]*, '(\w+)'\)", source))
        used.update(re.findall(r"isReady \? '(\w+)' : '(\w+)'", source)[0] if "isReady ? '" in source else ())
        used.update(re.findall(r"fetchWithin\('(\w+)'", source))
        used.update(re.findall(r"kind: '([a-z_]+)', message", source))
        used.update(re.findall(r"new FileError\(\s*'(\w+)'", source))
    # What answers a tool call is not an error of the sandbox.
    return used - {"unknown_tool", "bad_arguments"}


@pytest.mark.parametrize("kind", sorted(_used_kinds()))
def test_only_listed_kinds_are_used(kind: str) -> None:
    assert kind in _listed_kinds()


def test_every_listed_kind_is_used() -> None:
    assert _listed_kinds() <= _used_kinds()
