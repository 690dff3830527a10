"""docs/trace.md and what the recorder writes."""

from __future__ import annotations

from pathlib import Path

from codeact_agent.trace import TRACE_VERSION
from portable.traced import RUN, recorded
from support.markdown import fields_of, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "trace.md"


def test_every_field_is_documented() -> None:
    trace = recorded(RUN)
    assert {fields_of(cells[0])[0] for cells in rows(DOCUMENT, "field")} == set(trace)
    assert {fields_of(cells[0])[0] for cells in rows(DOCUMENT, "name")} == set(trace["steps"][0])


def test_the_version_is_documented() -> None:
    assert f"This is version {TRACE_VERSION};" in DOCUMENT.read_text()
