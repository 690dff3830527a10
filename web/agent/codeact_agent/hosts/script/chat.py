"""Ask an OpenAI-compatible upstream with httpx."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
from codeact_server.upstream_settings import Timeouts, Upstream
from httpx_sse import EventSource, SSEError

from codeact_agent.errors import ModelError

if TYPE_CHECKING:
    from codeact_agent.host import Model
    from codeact_agent.hosts.script.host import ScriptHost
    from codeact_agent.hosts.script.models import ModelOptions

__all__ = ["ChatModel", "open_client"]


def open_client() -> httpx.AsyncClient:
    """A client for ``ChatModel``. A proxy or .netrc of the environment must not see the key."""
    return httpx.AsyncClient(follow_redirects=False, trust_env=False)


class ChatModel:
    """A ``codeact_agent.host.Model``; chat completions, streamed."""

    recorded = False
    time_ms: int | None = None

    def __init__(
        self,
        name: str,
        upstream: Upstream,
        times: Timeouts,
        client: httpx.AsyncClient,
        host: ScriptHost,
        options: ModelOptions,
    ) -> None:
        """The answer ends when the person stops ``host``'s run."""
        self.name = name
        self._url = f"{upstream.base_url}/chat/completions"
        self._headers = dict(upstream.headers)
        if upstream.api_key:
            self._headers["authorization"] = f"Bearer {upstream.api_key.get_secret_value()}"
        self._timeout = httpx.Timeout(times.read, connect=times.connect)
        self._client = client
        self._host = host
        self.context_window = options.context_window
        self.takes_images = options.takes_images
        self.price = options.price

    async def chat(
        self, messages: list[dict[str, Any]], on_delta: Callable[[str], None], tools: list[Any] | None = None
    ) -> dict[str, Any]:
        """``{text, usage, tool_calls}``. Raises ModelError; Stopped when the person stops the run meanwhile."""
        request: dict[str, Any] = {"model": self.name, "messages": messages, "stream": True}
        request["stream_options"] = {"include_usage": True}
        if tools:
            request |= {"tools": tools, "parallel_tool_calls": False}
        with self._host.control.until_stopped(), _translated():
            async with self._client.stream(
                "POST", self._url, json=request, headers=self._headers, timeout=self._timeout
            ) as response:
                if response.status_code != 200:
                    await response.aread()
                    raise _refusal(response)
                if "text/event-stream" not in response.headers.get("content-type", ""):
                    return _whole(await response.aread(), on_delta)
                return await _streamed(EventSource(response), on_delta)
        raise AssertionError("unreachable: neither swallows")

    def expected(self, index: int) -> str | None:
        """Nothing is recorded."""
        return None

    def for_agent(self, name: str, task: str) -> Model:
        """Itself."""
        return self


class ToolCalls:
    """Puts together the pieces in which tool calls are streamed. Also for a whole answer."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}

    def add(self, pieces: list[dict[str, Any]]) -> None:
        """Take ``delta.tool_calls``; each piece names its call by ``index``."""
        for number, piece in enumerate(pieces):
            index = piece.get("index", number)
            call = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
            function = piece.get("function") or {}
            call["id"] = piece.get("id") or call["id"] or f"call_{index}"
            call["name"] += function.get("name") or ""
            call["arguments"] += function.get("arguments") or ""

    @property
    def whole(self) -> list[dict[str, str]]:
        """``{id, name, arguments}`` in order; arguments are JSON text."""
        return [self._calls[index] for index in sorted(self._calls)]


async def _streamed(source: EventSource, on_delta: Callable[[str], None]) -> dict[str, Any]:
    parts: list[str] = []
    usage = None
    ended = False
    calls = ToolCalls()
    async for chunk in _chunks(source):
        usage = chunk.get("usage") or usage
        for choice in chunk.get("choices", [])[:1]:
            delta = choice.get("delta") or {}
            calls.add(delta.get("tool_calls") or [])
            text = delta.get("content")
            if text:
                parts.append(text)
                on_delta(text)
            ended = ended or bool(choice.get("finish_reason"))
        ended = ended or bool(chunk.get("done"))
    if not ended:
        raise ModelError("the stream ended before the answer did", "dropped")
    return {"text": "".join(parts), "usage": usage, "tool_calls": calls.whole}


async def _chunks(source: EventSource) -> AsyncIterator[dict[str, Any]]:
    async for event in source.aiter_sse():
        if event.data == "[DONE]":
            yield {"done": True}
            return
        try:
            chunk = json.loads(event.data)
        except ValueError:
            raise ModelError(event.data[:200], "malformed") from None
        if not isinstance(chunk, dict):
            raise ModelError(event.data[:200], "malformed")
        if "error" in chunk:
            raise _break_off(chunk)
        yield chunk


def _whole(body: bytes, on_delta: Callable[[str], None]) -> dict[str, Any]:
    try:
        answer = json.loads(body)
        message = answer["choices"][0]["message"]
        text = message["content"] or ""
        calls = ToolCalls()
        calls.add(message.get("tool_calls") or [])
    except (ValueError, LookupError, TypeError):
        raise ModelError(body[:200].decode(errors="replace"), "malformed") from None
    on_delta(text)
    return {"text": text, "usage": answer.get("usage"), "tool_calls": calls.whole}


def _refusal(response: httpx.Response) -> ModelError:
    try:
        message = _message(response.json())
    except ValueError:
        message = response.text[:200]
    # Set by our relay where it refuses itself: who is told to look at the provider would look in vain.
    is_sentence = "x-codeact-refusal" in response.headers
    kind = "unusable" if is_sentence and response.headers.get("x-should-retry") == "false" else "refused"
    wait = response.headers.get("retry-after", "")
    error = ModelError(message, kind, response.status_code, float(wait) if wait.isdigit() else None)
    error.is_sentence = is_sentence
    return error


def _break_off(chunk: dict[str, Any]) -> ModelError:
    error = chunk["error"]
    if not isinstance(error, dict) or error.get("code") != "answer_too_long":
        return ModelError(_message(chunk), "dropped")
    # At the same cap of our relay the next answer would end, too.
    capped = ModelError(_message(chunk), "unusable")
    capped.is_sentence = True
    return capped


def _message(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("message", "") if isinstance(error, dict) else error or "")[:500]


@contextmanager
def _translated() -> Iterator[None]:
    """httpx's errors become ours here and nowhere else."""
    try:
        yield
    except httpx.ConnectError as error:
        raise ModelError(str(error), "unreachable") from error
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ModelError("it did not answer in time", "unreachable") from error
    except (httpx.TransportError, SSEError) as error:
        raise ModelError(str(error) or type(error).__name__, "dropped") from error
    except httpx.InvalidURL as error:
        raise ModelError(f"the address is not usable: {error}", "unreachable") from error
