"""The fields of OpenAI's embeddings that are passed on.

As of the ``openai`` package 3.54 (``types/embedding_create_params.py``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from codeact_server.relay.fields import Many, ModelName, check_fields, check_number_of, estimate_tokens
from codeact_server.relay.prepared import Prepared
from codeact_server.request_settings import RequestSettings

__all__ = ["EmbeddingsRequest", "prepare_embeddings"]

_INPUTS = 2048
"""OpenAI's own limit of one request."""
_Token = Annotated[int, Field(ge=0, lt=2**31)]


class EmbeddingsRequest(TypedDict, total=False):
    """The body of POST /v1/embeddings."""

    model: Required[ModelName]
    input: Required[str | Many[str] | Many[_Token] | Many[Many[_Token]]]
    dimensions: Annotated[int, Field(ge=1, le=65536)] | None
    encoding_format: Literal["float", "base64"] | None
    user: str | None


_ADAPTER = TypeAdapter(EmbeddingsRequest)


def prepare_embeddings(data: dict[str, Any], caps: RequestSettings) -> Prepared:
    """Check a request for embeddings and write it anew. Raises RequestError 422 on the first mistake."""
    asked = data.get("input")
    if isinstance(asked, list) and not (asked and isinstance(asked[0], int)):
        check_number_of("inputs", asked, _INPUTS)
    request = check_fields(_ADAPTER, EmbeddingsRequest.__annotations__, data, caps)
    return Prepared(
        dialect="openai.embeddings",
        model=request["model"],
        fields=request,
        stream=False,
        input_tokens=_tokens(request["input"]),
        images=0,
    )


def _tokens(texts: Any) -> int:
    """Count what is given as tokens, and estimate the rest."""
    rows = [texts] if isinstance(texts, str) else texts
    numbers = sum(1 if isinstance(row, int) else len(row) for row in rows if not isinstance(row, str))
    return estimate_tokens([row for row in rows if isinstance(row, str)]) + numbers
