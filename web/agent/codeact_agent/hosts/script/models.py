"""Choose the model of a run: a recording, or a name the upstream knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from codeact_server.errors import SettingsError
from codeact_server.settings import load_settings

from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.chat import ChatModel
from codeact_agent.hosts.script.site import find_site, load_recordings
from codeact_agent.recorded import RecordedModel, find
from codeact_agent.tools import Tool

if TYPE_CHECKING:
    from codeact_agent.host import Host, Model

__all__ = ["RECORDED", "Choice", "choose"]

RECORDED = "recorded"


@dataclass(frozen=True)
class Choice:
    """A model with the task it is asked, and the tools a recording brings along."""

    model: Model
    task: str
    task_id: str | None = None
    tools: dict[str, Tool] = field(default_factory=dict)


def choose(task: str, name: str, host: Host, client: httpx.AsyncClient) -> Choice:
    """``name`` is ``recorded`` or a model of the upstream in codeact.toml or OPENAI_BASE_URL.

    Raises AgentError: UnknownTask for a task without a recording, or a sentence about the upstream.
    """
    if name == RECORDED:
        recording: dict[str, Any] = find(task, load_recordings(find_site()))
        tools = {each: DEMO_TOOLS[each] for each in recording["tools"]}
        return Choice(RecordedModel(recording, host), recording["task"], recording["id"], tools)
    try:
        upstream = load_settings().upstream
    except SettingsError as error:
        raise AgentError(str(error)) from error
    if upstream is None:
        raise AgentError(
            f"The model {name!r} needs an upstream: set OPENAI_BASE_URL and OPENAI_API_KEY, or write codeact.toml."
        )
    key = upstream.api_key.get_secret_value() if upstream.api_key else None
    return Choice(ChatModel(name, upstream.base_url, key, client), task)
