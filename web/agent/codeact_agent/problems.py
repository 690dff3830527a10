"""What is wrong with a value, in sentences. Portable; what finds it is the host's JSON Schema validator."""

from codeact_agent.schema import annotation_of

__all__ = ["sentences", "unusable"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MOST = 5  # more helps nobody
_SHOWN = 60  # characters of a wrong value
_SHAPES = ("type", "enum", "const", "anyOf", "oneOf")


def sentences(problems: list["Any"], root: dict[str, "Any"], whole: "Any") -> list[str]:
    """Sentences of ``[{path, keyword, schema}]``: the ``keyword`` of ``schema``, which is a part of ``root``, is
    broken by the value at ``path`` (keys and indices within ``whole``).

    >>> count = {"type": "integer"}
    >>> sentences([{"path": ["count"], "keyword": "type", "schema": count}], {}, {"count": "5"})
    ["count should be int, but is '5' (str)"]
    """
    found: list[str] = []
    for each in problems:
        value = whole
        for key in each["path"]:
            value = value[key]
        for sentence in _sentences(each["path"], each["keyword"], each["schema"], value, root):
            if sentence not in found:
                found.append(sentence)
    return found[:_MOST]


def unusable(reason: str) -> str:
    """The sentence where the schema itself is wrong."""
    return f"its JSON Schema cannot be used ({reason})"


def _sentences(
    path: list["Any"], keyword: str, schema: dict[str, "Any"], value: "Any", root: dict[str, "Any"]
) -> list[str]:
    if keyword == "required":
        missing = [each for each in schema["required"] if each not in value]
        return [f"{_where(path, each)} is missing" for each in missing]
    if keyword == "additionalProperties":
        known = list(schema.get("properties") or {})
        words = ", ".join(sorted(known)) or "none"
        extra = sorted([each for each in value if each not in known])
        return [f"{_where(path, each)} is not known; there are: {words}" for each in extra]
    if keyword in _SHAPES:
        return [f"{_where(path)} should be {annotation_of(schema, root)}, but is {_given(value)}"]
    return [f"{_where(path)} is {_given(value)}, which breaks the rule {keyword}: {_short(schema.get(keyword))}"]


def _where(path: list["Any"], last: str | None = None) -> str:
    text = ""
    for each in path if last is None else path + [last]:  # noqa: RUF005 - MicroPython
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else str(each)
    return text or "it"


def _given(value: "Any") -> str:
    return "None" if value is None else f"{_short(value)} ({type(value).__name__})"


def _short(value: "Any") -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
