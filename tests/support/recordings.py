"""Recordings of a test's own, given to the page in place of the site's."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route

__all__ = ["recording", "serve_recording"]


def recording(*steps: dict[str, Any] | str, **fields: Any) -> dict[str, Any]:
    """A recording of the task "Show"; a step that is a text is code."""
    written = [{"reply": f"<code>\n{each}\n</code>"} if isinstance(each, str) else each for each in steps]
    known = {"version": 1, "id": "show", "title": "Show", "task": "Show", "tools": [], "source": "a test"}
    return {**known, "steps": written, **fields}


def serve_recording(page: Page, recorded: dict[str, Any]) -> None:
    """The page knows this recording alone."""
    index = {"recordings": [{key: recorded[key] for key in ("id", "title", "task")}]}

    def answer(route: Route) -> None:
        asked = index if route.request.url.endswith("index.json") else recorded
        route.fulfill(body=json.dumps(asked), content_type="application/json")

    page.route("**/recordings/*.json", answer)
