"""Find the action in a model's reply. Pure; runs under CPython and MicroPython.

Three delimiters are accepted: ``<code>``, ``<execute>`` and fenced python. The first block is the action;
a missing closing tag ends with the reply. (CodeAct's own format is ``<execute>``, smolagents' ``<code>``.)
"""

__all__ = ["Parsed", "parse"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TAGS = (("<code>", "</code>"), ("<execute>", "</execute>"))
_FENCE = "```"
_LANGUAGES = ("python", "py", "python3")


class Parsed:
    """``thought``: the words before the action. ``code``: the action, or "". ``kept``: the reply up to
    the end of the action, which is what goes into the transcript (what follows was made up)."""

    def __init__(self, thought: str, code: str, kept: str) -> None:
        self.thought = thought
        self.code = code
        self.kept = kept


def parse(reply: str) -> Parsed:
    """Split ``reply`` into thought and code; never raises.

    >>> parse("I add.\\n<code>\\n1 + 1\\n</code> and then").code
    '1 + 1'
    >>> parse("No code here.").code
    ''
    """
    found = [_fenced(reply)] + [_tagged(reply, tags) for tags in _TAGS]
    blocks = [block for block in found if block]
    if not blocks:
        return Parsed(reply.strip(), "", reply.strip())
    start, begin, end, stop = min(blocks)
    code = _unfenced(reply[begin:end])
    return Parsed(reply[:start].strip(), code, reply[:stop].strip())


def _tagged(reply: str, tags: tuple["Any", ...]) -> tuple["Any", ...] | None:
    """Offsets (start of the opening tag, of the code, end of the code, of the closing tag)."""
    opening, closing = tags
    lower = reply.replace("\u0130", "I").lower()  # the one letter that gets longer: offsets must stay
    start = lower.find(opening)
    if start < 0:
        return None
    begin = start + len(opening)
    end = lower.find(closing, begin)
    if end < 0:
        end = _without_partial(lower, begin, closing)
        return (start, begin, end, len(reply))
    return (start, begin, end, end + len(closing))


def _without_partial(text: str, begin: int, closing: str) -> int:
    """Where the code ends when the reply was cut off inside its closing tag, as in ``</co``."""
    for length in range(len(closing) - 1, 0, -1):
        if len(text) - length >= begin and text.endswith(closing[:length]):
            return len(text) - length
    return len(text)


def _fenced(reply: str) -> tuple["Any", ...] | None:
    offset = 0
    start = -1
    begin = 0
    for line in reply.split("\n"):
        stripped = line.strip()
        if start < 0:
            if stripped.startswith(_FENCE) and stripped[3:].strip().lower() in _LANGUAGES:
                start = offset
                begin = offset + len(line) + 1
        elif stripped.startswith(_FENCE):
            return (start, begin, offset, offset + len(line))
        offset += len(line) + 1
    if start < 0:
        return None
    return (start, min(begin, len(reply)), len(reply), len(reply))


def _unfenced(code: str) -> str:
    """Without a fence inside the tags, as in ``<code>```python …``` </code>``, and without blank edges."""
    lines = code.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and lines[0].strip().startswith(_FENCE):
        lines.pop(0)
        if lines and lines[-1].strip() == _FENCE:
            lines.pop()
    code = "\n".join(lines)
    return code.strip() if len(lines) == 1 else code.rstrip()
