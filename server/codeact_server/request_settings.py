"""What a request to the relay may ask for, as ``[requests]`` of codeact.toml decides it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from codeact_server.site_settings import Frozen

__all__ = ["RequestSettings"]

_FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


class RequestSettings(Frozen):
    """Caps, each for one request. What is above one is refused, but for ``max_tokens``, to which it is cut down.

    Attributes:
        max_tokens: of the answer. Only where codeact.toml says it is it also sent with requests that name none,
            as ``tokens_field``: a model with a smaller context refuses a number it cannot meet.
        tokens_field: ``max_completion_tokens`` is OpenAI's; some services know ``max_tokens`` only.
        n: choices of one answer.
        image_urls: whether an image may be an https address, which the upstream, not this server, fetches.
        audio, files: whether messages may hold them.
        hosted_tools: whether tools may be named that the provider runs, such as its web search; they cost extra.
        unknown_fields: "refuse" names the field in the answer, "drop" leaves it out.
        more_fields: fields passed on although docs/relay.md does not list them.
        json_depth: lists and objects within each other.
        stream_seconds, stream_bytes: after which a streamed answer is ended with an error event.
    """

    max_tokens: int = Field(default=32768, gt=0)
    tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    messages: int = Field(default=2000, gt=0)
    tools: int = Field(default=64, ge=0)
    n: int = Field(default=1, gt=0)
    images: int = Field(default=8, ge=0)
    image_urls: bool = Field(default=True, strict=True)
    audio: bool = Field(default=False, strict=True)
    files: bool = Field(default=False, strict=True)
    hosted_tools: bool = Field(default=False, strict=True)
    embeddings: bool = Field(default=False, strict=True)
    unknown_fields: Literal["refuse", "drop"] = "refuse"
    more_fields: tuple[_FieldName, ...] = ()
    json_depth: int = Field(default=64, gt=0, le=200)
    stream_seconds: float = Field(default=1800, gt=0)
    stream_bytes: int = Field(default=16 * 1024 * 1024, gt=0)

    @property
    def tokens_when_unsaid(self) -> int | None:
        """The ``max_tokens`` that a request without one is sent with."""
        return self.max_tokens if "max_tokens" in self.model_fields_set else None
