"""The widget's messages are the same in types, checks and document."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def typed() -> dict[str, set[str]]:
    """Message → its fields, of the typedefs in protocol.js."""
    source = (_ROOT / "web" / "widget" / "protocol.js").read_text()
    found = {}
    for body in re.findall(r"@typedef \{\{(type: '.*)\}\} \w+ \*/", source):
        name = re.match(r"type: '([\w-]+)'", body)
        assert name
        flat = re.sub(r"Pick<[^>]*>|\{[^{}]*\}", "", body)
        found[name[1]] = set(re.findall(r"(\w+)\??: ", flat)) - {"type"}
    return found


def checked(path: str) -> dict[str, set[str]]:
    """Message → the fields that are checked."""
    source = (_ROOT / "web" / path).read_text()
    shapes = "".join(re.findall(r"export const \w+ = \{(.*?)\n?\};", source, re.DOTALL))
    flat = re.sub(r"like\(\{.*?\}\)", "x", shapes, flags=re.DOTALL)
    found = re.findall(r"'?([\w-]+)'?: \{([^{}]*)\}", flat)
    return {name: set(re.findall(r"(\w+):", fields)) for name, fields in found}


def documented() -> dict[str, set[str]]:
    """Message → fields, of the tables; what is in brackets explains a field."""
    found = {}
    for line in (_ROOT / "docs" / "widget-protocol.md").read_text().splitlines():
        if match := re.match(r"\| `([\w-]+)` \| (?:frame|element) → \w+ \| (.*?) \|", line):
            found[match[1]] = set(re.findall(r"`([a-z_]+)`", re.sub(r"\(.*?\)", "", match[2])))
    return found


def test_types_checks_and_document_agree() -> None:
    types = typed()
    assert len(types) == 25
    assert {**checked("embed/frame_messages.js"), **checked("widget/host_messages.js")} == types
    assert documented() == types
