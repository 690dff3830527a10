"""Choose the model of a run: a recording, or a name the upstream knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from codeact_server.errors import RequestError, SettingsError
from codeact_server.settings import load_settings
from codeact_server.upstreams.catalogue import Catalogue

from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.errors import AgentError, DeclarationError
from codeact_agent.hosts.script.chat import ChatModel
from codeact_agent.hosts.script.site import find_site, load_recordings
from codeact_agent.recorded import RecordedModel, agents_of, find
from codeact_agent.sub_agents import SubAgent
from codeact_agent.tools import Tool

if TYPE_CHECKING:
    from codeact_agent.host import Model
    from codeact_agent.hosts.script.host import ScriptHost

__all__ = ["RECORDED", "Choice", "MakeModel", "ModelOptions", "choose", "choose_live", "tools_of"]

RECORDED = "recorded"
MakeModel = Callable[["ScriptHost"], "Model"]


@dataclass(frozen=True)
class ModelOptions:
    """What the upstream does not tell of a model: see ``codeact_agent.host.Model``."""

    context_window: int = 128_000
    takes_images: bool = False
    price: dict[str, float] | None = None


@dataclass(frozen=True)
class Choice:
    """A model with the task it is asked, and what a recording brings along: tools, options, sub-agents."""

    model: Model
    task: str
    task_id: str | None = None
    tools: dict[str, Tool] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    managed_agents: tuple[SubAgent, ...] = ()


def choose(
    task: str,
    name: str | MakeModel,
    host: ScriptHost,
    client: httpx.AsyncClient,
    given: Mapping[str, Tool],
    options: ModelOptions | None = None,
) -> Choice:
    """``name`` is ``recorded``, a model of the upstream in codeact.toml or OPENAI_BASE_URL, or a function that
    makes one for ``host``; ``given`` are the caller's tools.

    Raises AgentError: UnknownTask for a task without a recording, DeclarationError for one whose tools are
    not there, or a sentence about the upstream.
    """
    if not isinstance(name, str):
        return Choice(name(host), task)
    if name == RECORDED:
        recording: dict[str, Any] = find(task, load_recordings(find_site()))
        model = RecordedModel(recording, host)
        tools = tools_of(recording, given)
        agents = agents_of(recording, lambda name: {**DEMO_TOOLS, **given}[name])
        return Choice(model, recording["task"], recording["id"], tools, recording.get("options", {}), agents)
    return Choice(choose_live(name, host, client, options or ModelOptions()), task)


def choose_live(name: str, host: ScriptHost, client: httpx.AsyncClient, options: ModelOptions) -> Model:
    """The model ``name``, or the one of that alias, of the first upstream that has it. Raises AgentError."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise AgentError(str(error)) from error
    if not settings.upstreams:
        raise AgentError(
            f"The model {name!r} needs an upstream: set OPENAI_BASE_URL and OPENAI_API_KEY, or write codeact.toml."
        )
    try:
        upstream, model = Catalogue(settings.upstreams).candidates("openai.chat", name)[0]
    except RequestError as error:
        speaking = [each for each in settings.upstreams if each.dialect == "openai"]
        known = dict.fromkeys(model for each in speaking for model in (*each.models, *each.aliases))
        raise AgentError(f"No upstream has the model {name!r}. There are: {', '.join(known)}.") from error
    return ChatModel(model, upstream, upstream.times(settings.timeouts), client, host, options)


def tools_of(recording: dict[str, Any], given: Mapping[str, Tool]) -> dict[str, Tool]:
    """The tools that ``recording`` calls: the caller's, or the recorded tasks' own. Raises DeclarationError."""
    known = {**DEMO_TOOLS, **given}
    for name in recording["tools"]:
        if name not in known:
            raise DeclarationError(
                f"The recording {recording['id']!r} calls the tool {name!r}, which is not there. "
                "Give it with --tools FILE.py, or as Agent(tools=[…])."
            )
    return {name: known[name] for name in recording["tools"]}
