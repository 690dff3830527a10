"""Checks a request against the fields it may have: which there are, of which types, and how many of what.

``chat_fields``, ``messages_fields`` and ``embeddings_request`` say what is known of each dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Discriminator, Field, Tag, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_json

from codeact_server.errors import RequestError
from codeact_server.request_settings import RequestSettings

__all__ = [
    "Flag",
    "Int64",
    "Many",
    "ModelName",
    "Named",
    "Number",
    "check_fields",
    "check_number_of",
    "either",
    "estimate_tokens",
    "refuse",
]


_SAID = {
    "dict_type": "should be an object",
    "list_type": "should be a list",
    "missing": "is missing",
    "model_attributes_type": "should be an object",
    "union_tag_not_found": "has no `type`",
}
_BINARY = frozenset({"image_url", "input_audio", "file", "image", "document"})
# Messages, which have no type, and the parts that hold parts.
_HOLDS_PARTS = (None, "tool_result", "search_result")


Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
ModelName = Annotated[str, Field(min_length=1, max_length=256)]
Number = Annotated[float, Field(allow_inf_nan=False)] | None
Flag = bool | None

_T = TypeVar("_T")
_NAMES = 1024
# Providers count 85 to 1,600, by size and model.
_IMAGE_TOKENS = 1000


def _check_names(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _NAMES:
        raise ValueError(f"must have at most {_NAMES} names")
    return value


# The first mistake is told, and looking for the others could take seconds: there may be half a million.
Many = Annotated[list[_T], Field(fail_fast=True)]
Named = Annotated[dict[str, _T], BeforeValidator(_check_names)]


def either(part: Any) -> Any:
    """Give the type of a text or a list of ``part``; its errors tell of the one that was meant."""

    def which(value: Any) -> str:
        return "parts" if isinstance(value, list) else "text"

    return Annotated[Annotated[str, Tag("text")] | Annotated[Many[part], Tag("parts")], Discriminator(which)]


def check_fields(
    adapter: TypeAdapter[Any], known: Iterable[str], data: dict[str, Any], caps: RequestSettings
) -> dict[str, Any]:
    """Give the request anew: the fields that ``adapter`` knows, and those of ``caps.more_fields`` as they came.

    Of objects within it what is not known is left out: clients send replies back with all a provider added to
    them. Raises RequestError 422 that names the first field which is wrong, or unknown if ``caps`` refuse those.
    """
    known, more = set(known), set(caps.more_fields)
    unknown = data.keys() - known - more
    if unknown and caps.unknown_fields == "refuse":
        raise refuse("unknown_field", f"This server does not pass the field {_quoted(min(unknown))} on.")
    try:
        checked = adapter.validate_python(
            {name: value for name, value in data.items() if name in known}, strict=True
        )
    except ValidationError as exc:
        problem = exc.errors(include_url=False)[0]
        raise refuse("invalid_body", f"The body's {_place(problem['loc'], data)} {_said(problem)}.") from None
    return {**checked, **_only(more - known, data)}


def _only(names: set[str], data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in names}


def check_number_of(what: str, found: Any, cap: int) -> None:
    """Refuse more than ``cap`` messages, tools or inputs. What is not a list is told of elsewhere."""
    if isinstance(found, Sequence) and not isinstance(found, str) and len(found) > cap:
        raise refuse(f"too_many_{what}", f"The request has {len(found)} {what}; {cap} are allowed.")


def estimate_tokens(*texts: Any, schemas: Any = None, images: int = 0) -> int:
    """Give the bytes of ``texts``, messages or parts, and of ``schemas`` as JSON, by 4, and 1,000 for each image.

    Strings count as they are, anything else in a message or part as JSON: what a ``type`` in there means is the
    caller's word. ``texts`` must have been checked.

    >>> estimate_tokens([{"role": "user", "content": "Hello, you!"}])
    4
    """
    total = len(to_json(schemas)) if schemas else 0
    left = list(texts)
    while left:
        value = left.pop()
        if isinstance(value, str):
            total += len(value) if value.isascii() else len(value.encode())
        elif isinstance(value, list):
            left.extend(value)
        elif isinstance(value, dict):
            kind = value.get("type")
            if kind in _BINARY:
                source = value.get("source")
                value = {"source": source["data"]} if source and source["type"] == "text" else {}
            for name, each in value.items():
                if isinstance(each, str) or (name == "content" and kind in _HOLDS_PARTS):
                    left.append(each)
                elif each is not None:
                    total += len(to_json(each))
    return ceil(total / 4) + images * _IMAGE_TOKENS


def refuse(code: str, sentence: str) -> RequestError:
    """Give the error for a request that can be read and must not be passed on."""
    return RequestError(422, code, sentence)


def _said(problem: ErrorDetails) -> str:
    if problem["type"] == "union_tag_invalid":
        return f"has a `type` that is none of {problem['ctx']['expected_tags']}"
    said = problem["msg"].replace("Value error, ", "").replace("Input should", "should")
    return _SAID.get(problem["type"], said)


def _place(parts: tuple[int | str, ...], data: Any) -> str:
    """Say where something is, without the names that pydantic gives to alternatives."""
    path = []
    for position, part in enumerate(parts):
        inside = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if inside:
            data = data[part]
        if inside or (isinstance(data, dict) and position == len(parts) - 1):
            path.append(str(part))
    return _quoted(".".join(path))


def _quoted(name: str) -> str:
    # A caller's own words go back short and plain.
    return "`" + "".join(each if each.isprintable() and each != "`" else "?" for each in name[:64]) + "`"
