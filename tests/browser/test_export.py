"""A run is saved from the page, as a trace and as what re-runs elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page
from support.agent_page import AgentPage

pytestmark = pytest.mark.browser


# What the session keeps of a run (web/run_history.js).
KEEP = """() => {
  const { emit } = codeact_bridge;
  window.events = [];
  codeact_bridge.emit = (event) => { events.push(JSON.parse(event)); emit(event); };
}"""


def test_a_run_is_saved_in_every_form(page: Page, served: str, tmp_path: Path) -> None:
    agent = AgentPage(page).open(served)
    agent.ready()
    page.evaluate(KEEP)
    agent.solve("cities")
    saved = {form: _saved(page, form) for form in ("json", "ipynb", "py", "md")}
    trace = json.loads(saved["json"]["text"])
    assert (trace["version"], trace["status"], trace["model"]) == (1, "answered", "recorded")
    assert trace["steps"][0]["tool_calls_made"]
    assert trace["messages"][0]["role"] == "system"
    nbformat.validate(nbformat.reads(saved["ipynb"]["text"], as_version=4))
    script = tmp_path / "run.py"
    script.write_text(saved["py"]["text"], encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert trace["answer"]["text"].splitlines()[0] in done.stdout + saved["md"]["text"]
    assert saved["md"]["mime"] == "text/markdown"


def _saved(page: Page, form: str) -> dict[str, Any]:
    saved: dict[str, Any] = page.evaluate(
        "(form) => codeact_bridge.export(form, events, { created: '2026-11-21T00:00:00Z' })", form
    )
    return saved
