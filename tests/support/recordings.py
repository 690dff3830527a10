"""Recordings of a test's own, given to the page in place of one of the site's."""

from __future__ import annotations

import json
from typing import Any

from support.agent_page import AgentPage

__all__ = ["TASK", "give_recording"]

TASK = "circle"


def give_recording(agent: AgentPage, *steps: dict[str, Any] | str, **fields: Any) -> None:
    """The page plays these steps for ``TASK``; one that is a text is code."""
    written = [{"reply": f"<code>\n{each}\n</code>"} if isinstance(each, str) else each for each in steps]
    known = {"version": 1, "id": TASK, "title": "Show", "task": TASK, "tools": [], "source": "a test"}
    recorded = json.dumps({**known, "steps": written, **fields})
    agent.page.route(
        f"**/recordings/{TASK}.json", lambda route: route.fulfill(body=recorded, content_type="application/json")
    )
    agent.choose_model("Recorded")
