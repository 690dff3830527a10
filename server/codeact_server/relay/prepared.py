"""A checked request, as ``upstreams`` and ``quotas`` receive it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Prepared"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """``fields`` are known and capped; the router puts the upstream's own name of the model into them.

    ``dialect`` is "openai.chat", "openai.embeddings" or "anthropic.messages", ``model`` the name as the caller
    said it, ``input_tokens`` an estimate (fields.estimate_tokens) until the usage is known.
    """

    dialect: str
    model: str
    fields: dict[str, Any]
    stream: bool
    input_tokens: int
    images: int
