"""The suite ``core`` in the page: its recordings and its tools in place of those the site brings."""

from __future__ import annotations

import json

from codeact_agent.hosts.script.evaluation.suite import CORE, Suite
from playwright.sync_api import BrowserContext, Route

__all__ = ["serve_core"]

_MODULE = """
from codeact_agent.tools import Tool

_FILES = {files!r}
_PLACES = {places!r}


def _decorator(function):
    return function


class _Fresh:
    # A recording names all tools of a file in order: with the first of them the file is run anew, so that what
    # tools remember ends with the task.
    def __init__(self):
        self._spaces = {{}}

    def __contains__(self, name):
        return name in _PLACES

    def __iter__(self):
        return iter(_PLACES)

    def __getitem__(self, name):
        file, first, spec = _PLACES[name]
        if first:
            self._spaces[file] = {{"tool": _decorator}}
            exec(_FILES[file], self._spaces[file])
        function = self._spaces[file][name]
        return Tool(function, name, spec["parameters"], spec["returns"], spec["description"])


DEMO_TOOLS = _Fresh()
"""


def serve_core(context: BrowserContext, suite: Suite) -> None:
    """From now on the pages of ``context`` know the recorded tasks of ``suite`` and no others, with its tools."""
    recordings = [
        json.loads((CORE.parent / "recordings" / "code" / f"{task.id}.json").read_text()) for task in suite.tasks
    ]
    entries = [{key: each[key] for key in ("id", "title", "task", "tools")} for each in recordings]
    served = {f"recordings/{each['id']}.json": json.dumps(each) for each in recordings}
    served["recordings/index.json"] = json.dumps({"recordings": entries})
    served["agent/codeact_agent/demo_tools.py"] = _tools_module(suite)

    def answer(route: Route) -> None:
        name = next((name for name in served if route.request.url.endswith(f"/{name}")), None)
        if name is None:
            route.continue_()
        else:
            route.fulfill(body=served[name], content_type="text/plain; charset=utf-8")

    for pattern in ("**/recordings/*.json", "**/demo_tools.py"):
        context.route(pattern, answer)


def _tools_module(suite: Suite) -> str:
    """MicroPython has neither signatures nor docstrings: they are read here and written down."""
    files, places = {}, {}
    for task in suite.tasks:
        if task.tools is None or task.tools in files:
            continue
        source = (suite.folder / task.tools).read_text()
        kept = [line for line in source.splitlines() if not line.startswith(("from typing", "from codeact_agent"))]
        files[task.tools] = "\n".join(kept)
        for number, tool in enumerate(suite.tools_of(task)):
            spec = {key: tool.spec[key] for key in ("parameters", "returns", "description")}
            places[tool.name] = (task.tools, number == 0, spec)
    return _MODULE.format(files=files, places=places)
