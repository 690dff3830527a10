"""Models of the page: whatever provider of web/providers answers for them."""

import json

from codeact_agent.errors import ModelError, Stopped

__all__ = ["PageModel"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_WINDOW = 128_000


class PageModel:
    """A ``codeact_agent.host.Model`` that the page asks (web/providers/registry.js)."""

    recorded = False
    time_ms: int | None = None

    def __init__(self, name: str, bridge: "Any", known: "dict[str, Any] | None" = None) -> None:
        """``known`` is what its provider tells of it: ``{context_window?, takes_images?, price?}``."""
        known = known or {}
        self.name = name
        self.context_window = known.get("context_window") or _WINDOW
        self.takes_images = bool(known.get("takes_images"))
        self.price: dict[str, float] | None = known.get("price")
        self._bridge = bridge

    async def chat(
        self, messages: list["Any"], on_delta: "Callable[..., Any]", tools: list["Any"] | None = None
    ) -> dict[str, "Any"]:
        """See ``Model``."""
        question = {"model": self.name, "messages": messages, "tools": tools}
        asked = await self._bridge.chat_begin(json.dumps(question))
        text = ""
        reply: dict[str, Any] = {"usage": None, "tool_calls": []}
        while True:
            part = json.loads(await self._bridge.chat_next(asked))
            if "error" in part:
                raise self._failure(part["error"])
            if "text" in part:
                text += part["text"]
                on_delta(part["text"])
            elif "ended" in part:
                reply["text"] = text
                self.context_window = reply.pop("context_window", None) or self.context_window
                return reply
            else:
                reply.update(part)

    def _failure(self, error: dict[str, "Any"]) -> Exception:
        if self._bridge.stopping or error["kind"] == "AbortError":
            return Stopped()
        problem = ModelError(error["message"], error["kind"], error["status"], error["retry_after"])
        problem.is_sentence = error["is_sentence"]
        return problem

    def expected(self, index: int) -> str | None:
        """Nothing is recorded."""
        return None

    def for_agent(self, name: str, task: str) -> "PageModel":
        """Itself."""
        return self
