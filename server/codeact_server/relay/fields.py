"""What a request must say, and what it may."""

from __future__ import annotations

from math import ceil

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from codeact_server.errors import RequestError
from codeact_server.relay.prepared import Prepared

__all__ = ["ChatRequest", "parse"]


class ChatRequest(BaseModel):
    """What the relay itself must understand; all other fields are the provider's business."""

    model_config = ConfigDict(strict=True)
    model: str = Field(min_length=1)
    messages: list[dict[str, object]] = Field(min_length=1)
    stream: bool | None = None


def parse(body: bytes) -> Prepared:
    """Read a chat completion's request. Raises RequestError with a sentence on the first mistake."""
    try:
        chat = ChatRequest.model_validate_json(body)
    except ValidationError as exc:
        raise _bad_request(exc) from None
    stream = bool(chat.stream)
    return Prepared("openai.chat", chat.model, from_json(body), stream, ceil(len(body) / 4), images=0)


def _bad_request(exc: ValidationError) -> RequestError:
    problem = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    if problem["type"] in {"json_invalid", "model_type"}:
        return RequestError(400, "invalid_json", "The body must be one JSON object in UTF-8.")
    where = ".".join(str(part) for part in problem["loc"])
    said = problem["msg"].replace("Input should", "should").replace("Field required", "is missing")
    return RequestError(422, "invalid_body", f"The body's `{where}` {said}.")
