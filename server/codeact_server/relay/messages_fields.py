"""The fields of Anthropic's messages that are passed on.

As of the ``anthropic`` package 2.12 (``types/message_create_params.py``), less those that cost more than tokens,
name things kept at the provider or choose among the operator's workspaces (docs/relay.md).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Required

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from codeact_server.relay.fields import Flag, Many, ModelName, Named, Number, either
from codeact_server.relay.images import ImageUrl

__all__ = ["MessagesRequest"]

_Object = dict[str, Any]


class TextBlock(TypedDict):
    """Words."""

    type: Literal["text"]
    text: str
    citations: NotRequired[Many[_Object] | None]
    cache_control: NotRequired[_Object | None]


class DataSource(TypedDict):
    """Base64, or plain text."""

    type: Literal["base64", "text"]
    media_type: str
    data: str


class UrlSource(TypedDict):
    """An address, from which the provider fetches."""

    type: Literal["url"]
    url: ImageUrl


Source = Annotated[DataSource | UrlSource, Field(discriminator="type")]


class ImageBlock(TypedDict):
    """An image."""

    type: Literal["image"]
    source: Source
    cache_control: NotRequired[_Object | None]


class DocumentBlock(TypedDict):
    """A document; never the id of a file that lies at the provider, which may be anybody's."""

    type: Literal["document"]
    source: DataSource
    title: NotRequired[str | None]
    context: NotRequired[str | None]
    citations: NotRequired[_Object | None]
    cache_control: NotRequired[_Object | None]


class SearchResultBlock(TypedDict):
    """What a search of the caller's found."""

    type: Literal["search_result"]
    source: str
    title: str
    content: Many[TextBlock]
    citations: NotRequired[_Object | None]
    cache_control: NotRequired[_Object | None]


class ThinkingBlock(TypedDict):
    """What the model thought, signed by the provider."""

    type: Literal["thinking"]
    thinking: str
    signature: str


class RedactedThinkingBlock(TypedDict):
    """The same, for the provider's eyes only."""

    type: Literal["redacted_thinking"]
    data: str


class ToolUseBlock(TypedDict):
    """A call the model made."""

    type: Literal["tool_use"]
    id: str
    name: str
    input: _Object
    caller: NotRequired[_Object]
    cache_control: NotRequired[_Object | None]


ResultPart = Annotated[TextBlock | ImageBlock | DocumentBlock | SearchResultBlock, Field(discriminator="type")]


class ToolResultBlock(TypedDict):
    """What the call gave."""

    type: Literal["tool_result"]
    tool_use_id: str
    content: NotRequired[either(ResultPart)]  # type: ignore[valid-type]
    is_error: NotRequired[Flag]
    cache_control: NotRequired[_Object | None]


class HostedBlock(TypedDict):
    """What came of a tool that the provider ran; passed on as it came, where such tools are allowed."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    type: Literal[
        "server_tool_use",
        "web_search_tool_result",
        "web_fetch_tool_result",
        "code_execution_tool_result",
        "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
        "tool_search_tool_result",
    ]


Block = Annotated[
    TextBlock
    | ImageBlock
    | DocumentBlock
    | SearchResultBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ToolResultBlock
    | HostedBlock,
    Field(discriminator="type"),
]


class AnthropicMessage(TypedDict):
    """One turn."""

    role: Literal["user", "assistant", "system"]
    content: either(Block)  # type: ignore[valid-type]


class AnthropicTool(TypedDict):
    """A tool of the caller's, with a JSON Schema; or one that Anthropic has defined, by its ``type``."""

    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]

    name: str
    type: NotRequired[str | None]
    description: NotRequired[str]
    input_schema: NotRequired[_Object]


class MessagesRequest(TypedDict, total=False):
    """The body of POST /v1/messages."""

    model: Required[ModelName]
    messages: Required[Annotated[Many[AnthropicMessage], Field(min_length=1)]]
    max_tokens: Annotated[int, Field(ge=1)] | None
    system: either(TextBlock) | None  # type: ignore[valid-type]
    stream: Flag
    stop_sequences: Annotated[Many[str], Field(max_length=64)] | None
    temperature: Number
    top_p: Number
    top_k: Annotated[int, Field(ge=0, le=1_000_000)] | None
    tools: Many[AnthropicTool] | None
    tool_choice: _Object | None
    thinking: _Object | None
    output_config: _Object | None
    cache_control: _Object | None
    metadata: Named[str | None] | None
