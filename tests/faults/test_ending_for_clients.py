"""SIGTERM while official clients stream: each sees a whole answer or an error of its own."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic
import openai
from support.loops import in_loop
from support.provider_answers import anthropic_stream, chat_stream
from support.raw_upstream import Call, RawUpstream
from support.served_process import served_process

CLIENTS = 20
WORDS = "one two three"
ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "stream": True}
CONFIG = """
site = "{site}"
[[upstream]]
name = "openai"
base_url = "{to}"
[[upstream]]
name = "anthropic"
dialect = "anthropic"
base_url = "{to}"
[server]
shutdown_seconds = 2
"""


class Held:
    """An upstream's act: streams whose middle waits for ``go_on``; those of the model "stays" wait for ever."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, call: Call) -> None:
        claude = call.line.startswith("POST /v1/messages")
        chunks = [str(each).encode() for each in (anthropic_stream if claude else chat_stream)(WORDS).chunks or ()]
        await call.begin()
        for part in chunks[:4]:
            await call.chunk(part)
        await self.go_on.wait()
        if call.json["model"] == "stays":
            await call.until_gone()
            return
        for part in chunks[4:]:
            await call.chunk(part)
        await call.chunk(b"")


async def openai_words(client: openai.AsyncOpenAI, model: str) -> AsyncIterator[str]:
    try:
        async for chunk in await client.chat.completions.create(model=model, **ASKED):
            yield (chunk.choices[0].delta.content or "") if chunk.choices else ""
    except openai.APIError as error:
        yield f"; {error.code}"


async def anthropic_words(client: anthropic.AsyncAnthropic, model: str) -> AsyncIterator[str]:
    try:
        async for event in await client.messages.create(model=model, max_tokens=9, **ASKED):
            yield event.delta.text if event.type == "content_block_delta" else ""
    except anthropic.APIStatusError as error:
        yield f"; {error.body['error']['type']}"


async def joined(words: AsyncIterator[str], begun: asyncio.Semaphore) -> str:
    """What was said; ``begun`` is told of the first word."""
    text = ""
    async for each in words:
        if each and not text:
            begun.release()
        text += each
    return text


@in_loop
async def test_each_client_sees_an_end_it_knows(site: Path, tmp_path: Path) -> None:
    held, begun = Held(), asyncio.Semaphore(0)
    models = ["stays", "ends"] * (CLIENTS // 2)
    async with RawUpstream(held) as upstream:
        with served_process(tmp_path, CONFIG.format(site=site, to=upstream.base_url)) as server:
            async with (
                openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as gpt,
                anthropic.AsyncAnthropic(base_url=server.url, api_key="none", max_retries=0) as claude,
            ):
                streams = [openai_words(gpt, each) for each in models]
                streams += [anthropic_words(claude, each) for each in models]
                reading = asyncio.gather(*(joined(each, begun) for each in streams))
                for _ in streams:
                    await begun.acquire()
                server.process.send_signal(signal.SIGTERM)
                told = time.monotonic()
                held.go_on.set()
                results = await reading
            assert await asyncio.to_thread(server.process.wait, 10) == 0
            assert time.monotonic() - told < 2 + 5  # the time to end, and some for a busy machine
    for start, end in ((0, "; server_stopping"), (CLIENTS, "; overloaded_error")):
        ended = results[start : start + CLIENTS]
        assert ended[1::2] == [WORDS] * (CLIENTS // 2)
        assert all(WORDS.startswith(text.removesuffix(end)) and text.endswith(end) for text in ended[::2]), ended
