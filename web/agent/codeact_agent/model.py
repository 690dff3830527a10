"""Ask a model, patiently: retry what waiting can mend, put the rest into words for the person."""

from codeact_agent.errors import ModelError, Stopped

__all__ = ["ask", "in_words"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.host import Host, Model

ATTEMPTS = 4
_LONGEST_WAIT = 60.0
_RETRIED_STATUSES = (408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529)


async def ask(
    model: "Model",
    messages: list["Any"],
    host: "Host",
    on_delta: "Callable[..., Any]",
    on_retry: "Callable[..., Any]",
    tools: list["Any"] | None = None,
) -> dict[str, "Any"]:
    """``{text, usage, tool_calls}`` of the model's reply; ``tools`` in OpenAI's format, if it may call any.

    ``on_delta(text)`` gets the words as they come; ``on_retry(message, attempt, delay_ms)`` is called
    before each wait, and makes the deltas so far void. Raises ModelError when asking again cannot help
    or did not, Stopped when the person stopped meanwhile.
    """
    attempt = 1
    while True:
        try:
            return await model.chat(messages, on_delta, tools)
        except ModelError as error:
            if host.stopping:
                raise Stopped from None
            delay = _delay(error, attempt)
            words = in_words(error)
            if delay is None or attempt >= ATTEMPTS:
                raise ModelError(words, error.kind, error.status) from None
        on_retry(words, attempt, int(delay * 1000))
        await _wait(host, delay)
        attempt += 1


def _delay(error: ModelError, attempt: int) -> float | None:
    """Seconds to wait before asking again, or None when that cannot help."""
    if error.kind == "refused" and error.status not in _RETRIED_STATUSES:
        return None
    if error.kind in ("malformed", "unusable"):
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= _LONGEST_WAIT else None
    return float(2 ** (attempt - 1)) / 2


async def _wait(host: "Host", seconds: float) -> None:
    end = host.now() + seconds
    while True:
        if host.stopping:
            raise Stopped
        left = end - host.now()
        if left <= 0:
            return
        await host.sleep(min(left, 0.1))


def in_words(error: ModelError) -> str:
    """A sentence for the person that says what to do."""
    detail = str(error).strip()
    if error.is_sentence:
        return detail
    if detail and detail[-1] not in ".!?":
        detail += "."
    said = f" It said: {detail}" if detail else ""
    status = error.status
    if error.kind == "unreachable":
        return f"The model could not be reached.{said} Check that the server and its upstream are running."
    if error.kind == "dropped":
        return f"The model's answer broke off.{said}"
    if error.kind == "malformed":
        return f"The upstream's answer could not be read; is it an OpenAI-compatible API?{said}"
    if status in (401, 403):
        return f"The model's provider refused the key (status {status}). Check OPENAI_API_KEY on the server.{said}"
    if status == 404:
        return (
            f"The provider knows no such model or address (404). Check the model's name and OPENAI_BASE_URL.{said}"
        )
    if status == 429:
        return f"The provider asks us to slow down (429). Try again in a while.{said}"
    if status >= 500:
        return f"The provider has a problem (status {status}). Try again in a while.{said}"
    return f"The provider refused the request (status {status}).{said}"
