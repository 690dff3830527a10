"""Make a long transcript fit the model's context window.

First old observations are shortened, then the oldest steps are summarised by the model; what the variables
are is always kept. The transcript itself stays whole: what is shortened is a copy of it.
"""

from codeact_agent.observation import variables_in
from codeact_agent.prompt import message as prompt
from codeact_agent.tokens import text_of

__all__ = ["Context", "is_observation"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.tokens import TokenMeter

_ANSWER_SHARE = 4  # a quarter of the window, at most this many tokens, is kept for the reply
_ANSWER_TOKENS = 4096
_ROOM = 0.7  # once something must go, enough goes for several steps: a stable prompt is cached upstream
_KEPT_CHARS = 200  # of the head and of the tail of a shortened observation
_KEPT_MESSAGES = 4  # the newest, which are never summarised
_CUT = "\n… ({} characters of this old observation are left out; print what you need again) …\n"


class Context:
    """The view of one conversation that the model is sent."""

    def __init__(self, meter: "TokenMeter") -> None:
        self._meter = meter
        self._short: dict[int, Any] = {}  # index in the transcript -> its shortened message
        self._summary: dict[str, Any] | None = None
        self._summarised = 1  # messages before this index, but the system prompt, are in the summary

    async def fit(
        self, messages: list["Any"], window: int, tools: str, summarise: "Callable[..., Any]"
    ) -> tuple[list["Any"], dict[str, "Any"] | None]:
        """What to send of ``messages``, and what had to be left out this time, else None: the fields of the event
        ``context_shortened`` (docs/events.md).

        ``window`` is in tokens; ``tools`` is what is sent besides; ``await summarise(messages)`` gives the text
        of a summary.
        """
        limit = window - min(_ANSWER_TOKENS, window // _ANSWER_SHARE) - self._meter.estimate_text(tools)
        sent = self._view(messages)
        before = self._meter.estimate(sent)
        if before <= limit:
            return sent, None
        target = int(limit * _ROOM)
        indices = self._shorten(messages, target, len(messages) - _KEPT_MESSAGES)
        if self._size(messages) > target and len(messages) - _KEPT_MESSAGES > self._summarised + 1:
            await self._summarise(messages, summarise)
        if self._size(messages) > limit:
            indices += self._shorten(messages, limit, len(messages))
        told = {
            "shortened": [[index, self._short[index]] for index in indices],
            "summary": self._summary,
            "summarised": self._summarised,
            "before_tokens": before,
            "after_tokens": self._size(messages),
        }
        return self._view(messages), told

    def _view(self, messages: list["Any"]) -> list["Any"]:
        if self._summary is None and not self._short:
            return messages
        view = messages[:1]
        if self._summary is not None:
            view.append(self._summary)
        for index in range(self._summarised, len(messages)):
            view.append(self._short.get(index, messages[index]))
        return view

    def _size(self, messages: list["Any"]) -> int:
        return self._meter.estimate(self._view(messages))

    def _shorten(self, messages: list["Any"], target: int, end: int) -> list["Any"]:
        """Shorten observations before ``end``, oldest first, until all fits ``target``; the indices of these."""
        indices: list[Any] = []
        size = self._size(messages)
        for index in range(self._summarised, end):
            if size <= target:
                break
            if not is_observation(messages[index]) or index in self._short:
                continue
            short = _shortened(messages[index])
            if short is None:
                continue
            self._short[index] = short
            size -= self._meter.estimate([messages[index]]) - self._meter.estimate([short])
            indices.append(index)
        return indices

    async def _summarise(self, messages: list["Any"], summarise: "Callable[..., Any]") -> None:
        end = len(messages) - _KEPT_MESSAGES
        while end < len(messages) - 1 and messages[end]["role"] == "tool":
            end += 1  # the answer to a call stays with it
        old = self._view(messages[:end])[1:]
        text = await summarise(old)
        variables = _last_variables(messages[:end])
        if variables:
            text += f"\n{variables}"
        self._summary = {"role": "user", "content": prompt("summary").replace("{summary}", text)}
        self._summarised = end


def is_observation(message: dict[str, "Any"]) -> bool:
    """Whether ``message`` tells what came of a step."""
    if message["role"] == "tool":
        return True
    return message["role"] == "user" and text_of(message).startswith("Observation:")


def _shortened(message: dict[str, "Any"]) -> dict[str, "Any"] | None:
    """A copy with head and tail of its text and without images; None where that would not be shorter."""
    text = text_of(message)
    variables = variables_in(text)
    body = text[: len(text) - len(variables)] if variables else text
    left_out = len(body) - 2 * _KEPT_CHARS
    has_images = not isinstance(message["content"], str)
    if left_out <= len(_CUT) and not has_images:
        return None
    if left_out > len(_CUT):
        body = body[:_KEPT_CHARS] + _CUT.format(left_out) + body[-_KEPT_CHARS:]
    copy = dict(message)
    copy["content"] = body + variables
    return copy


def _last_variables(messages: list["Any"]) -> str:
    for message in reversed(messages):
        if is_observation(message):
            variables = variables_in(text_of(message))
            if variables:
                return variables
    return ""
