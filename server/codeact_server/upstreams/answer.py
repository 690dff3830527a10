"""What an upstream gives: an answer as it comes, and what is known of its models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from codeact_server.upstream_settings import Price

__all__ = ["EVENT_STREAM", "JSON", "Answer", "ModelFacts"]

EVENT_STREAM = "text/event-stream"
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A success: its media type, the headers that may be passed on, and its bytes as they come.

    ``upstream`` is the name of the one that answers, ``price`` what it asks for the model, if that is known.
    ``chunks`` raises UpstreamClosedError where the answer breaks off.
    """

    media_type: str
    headers: dict[str, str]
    chunks: AsyncIterator[bytes]
    upstream: str
    price: Price | None


@dataclass(frozen=True)
class ModelFacts:
    """A name or alias under which ``upstream``, of ``dialect``, has a model. What is not told is None or False."""

    name: str
    upstream: str
    dialect: str
    price: Price | None = None
    context_window: int | None = None
    takes_images: bool = False
