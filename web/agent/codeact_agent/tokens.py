"""How many tokens messages take: what the upstream has counted, else an estimate that says so."""

__all__ = ["TokenMeter", "text_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ASCII_CHARS = 4.0  # a token of English or code
_OTHER_CHARS = 1.5  # a token of most other scripts
_MESSAGE = 4  # role and separators
_IMAGE = 1000  # providers count 85 to 1,600 for an image


def text_of(message: dict[str, "Any"]) -> str:
    """The words of a message: its text, and what it calls."""
    content = message.get("content") or ""
    parts = [content] if isinstance(content, str) else [each["text"] for each in content if each["type"] == "text"]
    for called in message.get("tool_calls", ()):
        parts.append(called["function"]["name"] + called["function"]["arguments"])
    return "\n".join(parts)


def _images_in(message: dict[str, "Any"]) -> int:
    content = message.get("content")
    if not isinstance(content, list):
        return 0
    return len([part for part in content if part["type"] != "text"])


class TokenMeter:
    """Estimates, and learns from what the upstream counts."""

    def __init__(self) -> None:
        self._factor = 1.0
        self._known: dict[int, Any] = {}

    def estimate(self, messages: list["Any"]) -> int:
        """Tokens of ``messages`` as a prompt.

        >>> TokenMeter().estimate([{"role": "user", "content": "x" * 400}])
        104
        """
        return int(sum([self._rough(each) for each in messages]) * self._factor)

    def estimate_text(self, text: str) -> int:
        """Tokens of ``text``."""
        return int(_rough_text(text) * self._factor)

    def usage(self, reply: dict[str, "Any"], messages: list["Any"]) -> dict[str, "Any"]:
        """``{prompt_tokens, completion_tokens, estimated}`` of a reply to ``messages``, and ``tokens_per_s`` where
        the model tells how fast it was."""
        usage = self._tokens(reply, messages)
        if reply.get("tokens_per_s"):
            usage["tokens_per_s"] = round(reply["tokens_per_s"], 1)
        return usage

    def _tokens(self, reply: dict[str, "Any"], messages: list["Any"]) -> dict[str, "Any"]:
        counted = reply.get("usage")
        if counted and counted.get("prompt_tokens"):
            rough = sum([self._rough(each) for each in messages])
            self._factor = min(max(counted["prompt_tokens"] / rough, 0.5), 3.0) if rough > 200 else self._factor
            return {
                "prompt_tokens": counted["prompt_tokens"],
                "completion_tokens": counted.get("completion_tokens") or 0,
                "estimated": False,
            }
        said = {"content": reply["text"], "tool_calls": [{"function": each} for each in reply["tool_calls"]]}
        return {
            "prompt_tokens": self.estimate(messages),
            "completion_tokens": self.estimate_text(text_of(said)),
            "estimated": True,
        }

    def _rough(self, message: dict[str, "Any"]) -> float:
        """Remembered by the message itself: a transcript is measured before each step and is mostly the same."""
        key = id(message)
        known = self._known.get(key)
        if known is None or known[0] is not message:
            rough = _MESSAGE + _rough_text(text_of(message)) + _IMAGE * _images_in(message)
            known = self._known[key] = (message, rough)
        return known[1]


def _rough_text(text: str) -> float:
    others = len(text.encode()) - len(text)  # 1 to 3 for each character beyond ASCII
    others = min(others, len(text))
    return (len(text) - others) / _ASCII_CHARS + others / _OTHER_CHARS
