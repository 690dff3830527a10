"""What is known of a request when it has ended, however it did, and who is told."""

from __future__ import annotations

from collections.abc import MutableMapping
from time import perf_counter
from typing import Any, Literal

from codeact_server.errors import ApiError, UpstreamClosedError, UpstreamError
from codeact_server.observe import metrics
from codeact_server.observe.logs import note
from codeact_server.relay.prepared import Prepared
from codeact_server.relay.usage import UsageTap
from codeact_server.upstream_settings import Price

__all__ = ["Account", "CapError", "Outcome"]

Outcome = Literal["ok", "refused", "broken", "left", "cut", "unasked"]
"""As observe.metrics names them; "unasked" is a request that was refused before any upstream was asked."""


class CapError(UpstreamError):
    """The answer was ended here, at a cap of ours."""


class Account:
    """Of one request. Until something is known, its client has left."""

    def __init__(self, prepared: Prepared) -> None:
        self.tap = UsageTap(prepared.input_tokens)
        self.outcome: Outcome = "left"
        self.price: Price | None = None
        self._prepared = prepared
        self._began = perf_counter()
        self._first_byte: float | None = None
        self._upstream = "none"

    def begin(self, upstream: str, price: Price | None) -> None:
        """Note that the answer's first byte is here, and what it costs."""
        self.price = price
        self._upstream, self._first_byte = upstream, perf_counter() - self._began
        metrics.stream_changed(upstream, +1)

    def fail(self, error: ApiError) -> None:
        """Note what ended the request."""
        if isinstance(error, UpstreamClosedError):
            self.outcome = "broken"
        elif isinstance(error, CapError):
            self.outcome = "cut"
        else:
            self.outcome = "refused" if isinstance(error, UpstreamError) else "unasked"

    def close(self, state: MutableMapping[str, Any]) -> tuple[int, int]:
        """Tell the figures and the log line, and give the tokens of input and output. Called once."""
        tokens = self._tokens()
        if self.outcome != "unasked":
            dialect = self._prepared.dialect
            metrics.relay_ended(dialect, self._upstream, self.outcome, self._first_byte, *tokens)
            note(state, upstream=self._upstream, model=self._prepared.model)
            note(state, input_tokens=tokens[0], output_tokens=tokens[1])
        if self._first_byte is not None:
            metrics.stream_changed(self._upstream, -1)
        return tokens

    def _tokens(self) -> tuple[int, int]:
        """Nothing is paid for where the upstream refused or was not asked; what was sent is, where it was left."""
        if self._first_byte is None:
            return (self._prepared.input_tokens, 0) if self.outcome in ("left", "cut") else (0, 0)
        return self.tap.usage(ended=self.outcome == "ok")
