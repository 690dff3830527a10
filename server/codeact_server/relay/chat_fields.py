"""The fields of OpenAI's chat completions that are passed on.

As of the ``openai`` package 3.54 (``types/chat/completion_create_params.py``), less those that cost more than
tokens or leave something behind at the provider, and with the few that other services expect back (docs/relay.md).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, Required

from pydantic import Field
from typing_extensions import TypedDict

from codeact_server.relay.fields import Flag, Int64, Many, ModelName, Named, Number, either
from codeact_server.relay.images import ImageUrl

__all__ = ["ChatRequest"]

_Object = dict[str, Any]
_Tokens = Annotated[int, Field(ge=1)] | None


class TextPart(TypedDict):
    """Words."""

    type: Literal["text"]
    text: str
    cache_control: NotRequired[_Object]
    prompt_cache_breakpoint: NotRequired[_Object]


class RefusalPart(TypedDict):
    """What a model said in place of an answer."""

    type: Literal["refusal"]
    refusal: str


class ImageUrlObject(TypedDict):
    """Where an image is, or the image itself."""

    url: ImageUrl
    detail: NotRequired[str | None]


class ImagePart(TypedDict):
    """An image."""

    type: Literal["image_url"]
    image_url: ImageUrlObject
    prompt_cache_breakpoint: NotRequired[_Object]


class AudioObject(TypedDict):
    """Base64."""

    data: str
    format: str


class AudioPart(TypedDict):
    """Spoken words."""

    type: Literal["input_audio"]
    input_audio: AudioObject


class FileObject(TypedDict):
    """Its content; never the id of a file that lies at the provider, which may be anybody's."""

    file_data: str
    filename: NotRequired[str]


class FilePart(TypedDict):
    """A document."""

    type: Literal["file"]
    file: FileObject


Part = Annotated[TextPart | RefusalPart | ImagePart | AudioPart | FilePart, Field(discriminator="type")]


class CalledFunction(TypedDict):
    """Arguments are JSON text."""

    name: str
    arguments: str


class ToolCall(TypedDict):
    """A call the model made; ``extra_content`` is what Gemini wants back with it."""

    id: str
    type: NotRequired[Literal["function", "custom"]]
    function: NotRequired[CalledFunction]
    custom: NotRequired[_Object]
    extra_content: NotRequired[_Object]


class Message(TypedDict):
    """Of any role; the ``reasoning…`` fields are what DeepSeek, OpenRouter and vLLM want back."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: NotRequired[either(Part) | None]  # type: ignore[valid-type]
    name: NotRequired[str | None]
    tool_calls: NotRequired[Many[ToolCall] | None]
    tool_call_id: NotRequired[str]
    refusal: NotRequired[str | None]
    function_call: NotRequired[CalledFunction | None]
    reasoning: NotRequired[str | None]
    reasoning_content: NotRequired[str | None]
    reasoning_details: NotRequired[Many[_Object] | None]


class Function(TypedDict):
    """``parameters`` are a JSON Schema."""

    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[_Object | None]
    strict: NotRequired[Flag]


class FunctionTool(TypedDict):
    """A function of the caller's."""

    type: Literal["function"]
    function: Function


class CustomTool(TypedDict):
    """A tool of the caller's that takes text."""

    type: Literal["custom"]
    custom: _Object


Tool = Annotated[FunctionTool | CustomTool, Field(discriminator="type")]


class JsonSchema(TypedDict):
    """A schema and its name."""

    name: str
    description: NotRequired[str]
    schema: NotRequired[_Object]
    strict: NotRequired[Flag]


class ResponseFormat(TypedDict):
    """What the answer must be."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NotRequired[JsonSchema]


class StreamOptions(TypedDict):
    """What a stream holds besides words."""

    include_usage: NotRequired[Flag]
    include_obfuscation: NotRequired[Flag]


class ChatRequest(TypedDict, total=False):
    """The body of POST /v1/chat/completions."""

    model: Required[ModelName]
    messages: Required[Annotated[Many[Message], Field(min_length=1)]]
    stream: Flag
    stream_options: StreamOptions | None
    max_tokens: _Tokens
    max_completion_tokens: _Tokens
    n: Annotated[int, Field(ge=1)] | None
    temperature: Number
    top_p: Number
    frequency_penalty: Number
    presence_penalty: Number
    logit_bias: Named[Annotated[float, Field(ge=-100, le=100)]] | None
    logprobs: Flag
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None
    stop: str | Annotated[Many[str], Field(max_length=16)] | None
    seed: Int64 | None
    response_format: ResponseFormat | None
    tools: Many[Tool] | None
    tool_choice: str | _Object | None
    parallel_tool_calls: Flag
    functions: Many[Function] | None
    function_call: str | _Object | None
    prediction: _Object | None
    reasoning_effort: str | None
    verbosity: str | None
    metadata: Named[str] | None
    user: str | None
    safety_identifier: str | None
    prompt_cache_key: str | None
