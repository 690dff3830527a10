"""What the model was sent each time, written down once. Portable.

A transcript of 200 messages is sent a hundred times and is mostly the same: prompts name messages by their place.
"""

__all__ = ["Prompts", "exact_prompt"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Prompts:
    """``messages`` is the transcript; ``shortened`` what stood for messages of it where it was too long."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.shortened: list[Any] = []
        self._short: dict[int, int] = {}  # place in the transcript -> place in ``shortened``
        self._summary: int | None = None  # its place in ``shortened``
        self._summarised = 1  # messages before this place, but the system prompt, are in the summary

    def next_run(self) -> "Prompts":
        """For the next run of a conversation: what was shortened stays so."""
        prompts = Prompts()
        prompts.shortened = self.shortened[:]
        prompts._short = dict(self._short)
        prompts._summary, prompts._summarised = self._summary, self._summarised
        return prompts

    def shorten(self, event: dict[str, "Any"]) -> None:
        """Note a ``context_shortened``."""
        for place, message in event.get("shortened") or []:
            self._short[place] = len(self.shortened)
            self.shortened.append(message)
        summarised = event.get("summarised", 1)
        if event.get("summary") and summarised != self._summarised:
            self._summary, self._summarised = len(self.shortened), summarised
            self.shortened.append(event["summary"])

    def add(self, event: dict[str, "Any"]) -> dict[str, "Any"]:
        """The prompt of a ``model_asked``, ``{messages, exact, tools}``."""
        self.messages.extend([dict(each) for each in event.get("added") or []])
        return self.prompt(event.get("messages") or 0, event.get("tools"))

    def prompt(self, count: int, tools: list["Any"] | None = None) -> dict[str, "Any"]:
        """One of ``count`` messages. ``exact`` is None where they were sent as they are, else what was sent:
        places in ``messages``, or ``{short}``, places in ``shortened``."""
        exact: list[Any] | None = None
        if self._summary is not None or self._short:
            exact = [0]
            if self._summary is not None:
                exact.append({"short": self._summary})
            for place in range(self._summarised, count):
                exact.append({"short": self._short[place]} if place in self._short else place)
        return {"messages": count, "exact": exact, "tools": tools}


def exact_prompt(document: dict[str, "Any"], prompt: dict[str, "Any"]) -> list["Any"]:
    """The messages the model was sent: ``prompt`` is a step's, or its plan's, of the trace ``document``."""
    messages = document["messages"]
    if prompt["exact"] is None:
        return messages[: prompt["messages"]]  # type: ignore[no-any-return]
    return [
        messages[each] if isinstance(each, int) else document["shortened"][each["short"]]
        for each in prompt["exact"]
    ]
