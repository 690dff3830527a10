"""The recorded model: replies written down beforehand, for tasks it knows. Only the words are recorded;
the code in them really runs, and what happens is compared with what happened then."""

from codeact_agent.errors import DeclarationError, Stopped, UnknownTask
from codeact_agent.options import Options
from codeact_agent.sub_agents import SubAgent

__all__ = ["RecordedModel", "agents_of", "check_recording", "find", "make_recording"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.host import Host, Model
    from codeact_agent.tools import Tool

VERSION = 1
_WORDS_AT_ONCE = 3


class RecordedModel:
    """Plays one recording. ``pace`` is seconds between a few words, so that reading along is possible."""

    name = "recorded"
    recorded = True
    context_window = 1_000_000
    takes_images = False

    def __init__(self, recording: dict[str, "Any"], host: "Host", pace: float = 0.0) -> None:
        self.time_ms = recording.get("time_ms")
        self._steps = recording["steps"]
        # A plan is a reply too, but no step of the run.
        self._acting = [step for step in self._steps if not step.get("plan")]
        self.price: dict[str, float] | None = recording.get("price")
        self._agents = dict(recording.get("agents", {}))
        self._host = host
        self._pace = pace
        self._next = 0

    async def chat(
        self, messages: list["Any"], on_delta: "Callable[..., Any]", tools: list["Any"] | None = None
    ) -> dict[str, "Any"]:
        """The next reply, in a few words at a time."""
        if self._next >= len(self._steps):
            raise UnknownTask(
                "The recording has no further replies: what happened is too different from what was recorded. "
                "Connect a model to go on: set OPENAI_BASE_URL and OPENAI_API_KEY, or write a codeact.toml."
            )
        step = self._steps[self._next]
        text = step["reply"]
        self._next += 1
        for part in _in_pieces(text):
            if self._host.stopping:
                raise Stopped
            on_delta(part)
            if self._pace:
                await self._host.sleep(self._pace)
        return {"text": text, "usage": step.get("usage"), "tool_calls": step.get("tool_calls", [])}

    def for_agent(self, name: str, task: str) -> "Model":
        """The recording of a sub-agent's run of ``task``. Raises UnknownTask."""
        for recording in self._agents.get(name, ()):
            if _plain(recording["task"]) == _plain(task):
                return RecordedModel(recording, self._host, self._pace)
        raise UnknownTask(f"The recording holds no run of the agent {name!r} for the task {task!r}.")

    def expected(self, index: int) -> str | None:
        """The observation recorded for step ``index`` (from 0), if there is one."""
        return self._acting[index].get("observation") if index < len(self._acting) else None


def _in_pieces(text: str) -> list["Any"]:
    words = text.split(" ")
    pieces = [" ".join(words[i : i + _WORDS_AT_ONCE]) for i in range(0, len(words), _WORDS_AT_ONCE)]
    return [piece + " " for piece in pieces[:-1]] + pieces[-1:]


def find(task: str, recordings: list["Any"]) -> dict[str, "Any"]:
    """The recording whose id or task is ``task``. Raises UnknownTask that lists what there is."""
    wanted = _plain(task)
    for recording in recordings:
        if wanted in (recording["id"], _plain(recording["task"])):
            return recording  # type: ignore[no-any-return]
    known = "\n".join([f"- {each['id']}: {each['title']}" for each in recordings])
    raise UnknownTask(
        "The recorded model has no recording of this task. It knows:\n"
        f"{known}\n"
        "For your own tasks connect a model: set OPENAI_BASE_URL and OPENAI_API_KEY where the server starts, "
        "or write a codeact.toml, and choose the model by name."
    )


def agents_of(recording: dict[str, "Any"], tool_of: "Callable[[str], Tool]") -> tuple["SubAgent", ...]:
    """The sub-agents that a recorded run calls: ``managed_agents`` are ``{name, description, tools, options}``.
    ``tool_of(name)`` gives a tool."""
    agents = []
    for each in recording.get("managed_agents", []):
        tools = {name: tool_of(name) for name in each.get("tools", [])}
        agents.append(SubAgent(each["name"], each["description"], tools, Options(**each.get("options", {}))))
    return tuple(agents)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def make_recording(name: str, task: str, steps: list["Any"], tools: list["Any"], model: str) -> dict[str, "Any"]:
    """A recording of a finished run; ``steps`` are ``{reply, observation}``, ``tools`` names."""
    title = task.split("\n")[0][:60]
    return {
        "version": VERSION, "id": name, "title": title, "task": task, "tools": tools, "source": model,
        "steps": steps,
    }  # fmt: skip


def check_recording(recording: object, where: str) -> dict[str, "Any"]:
    """``recording`` if it is one. Raises DeclarationError that names what is wrong."""
    if not isinstance(recording, dict):
        raise DeclarationError(f"{where} is not a recording: it is not a JSON object")
    if recording.get("version") != VERSION:
        raise DeclarationError(f"{where} has version {recording.get('version')}, this program reads {VERSION}")
    for key, kind in (("id", str), ("task", str), ("title", str), ("tools", list), ("steps", list)):
        if not isinstance(recording.get(key), kind):
            raise DeclarationError(f"{where}: {key!r} is missing or not a {kind.__name__}")
    for step in recording["steps"]:
        if not isinstance(step, dict) or not isinstance(step.get("reply"), str):
            raise DeclarationError(f"{where}: each step needs a 'reply'")
    return recording
