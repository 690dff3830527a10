"""How each kind of upstream is spoken to: its paths, and the header that carries the key."""

from __future__ import annotations

from codeact_server.upstream_settings import Upstream

__all__ = ["PATHS", "headers_of", "speaks"]

PATHS = {
    "openai.chat": "/chat/completions",
    "openai.embeddings": "/embeddings",
    "anthropic.messages": "/messages",
}
"""After the base URL, by the dialect of the request."""

# https://docs.claude.com/en/api/versioning; `headers` of the upstream may say another.
_ANTHROPIC_VERSION = "2023-06-01"


def speaks(dialect: str) -> str:
    """Give the dialect of the upstreams that answer requests of ``dialect``.

    >>> speaks("openai.embeddings")
    'openai'
    """
    return dialect.partition(".")[0]


def headers_of(upstream: Upstream) -> dict[str, str]:
    """Give the headers of every request to ``upstream``: the operator's, and the key."""
    headers = {name.lower(): text for name, text in upstream.headers.items()}
    key = upstream.api_key.get_secret_value() if upstream.api_key else None
    if upstream.dialect == "anthropic":
        return {"anthropic-version": _ANTHROPIC_VERSION, **headers, **({"x-api-key": key} if key else {})}
    return headers | ({"authorization": f"Bearer {key}"} if key else {})
