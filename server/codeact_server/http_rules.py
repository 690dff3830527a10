"""What a request must look like so that nobody before or behind this server can read it as another one.

Called by ``http_protocol`` for what the parser lets through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

__all__ = ["METHODS", "ambiguity", "as_http"]

METHODS = {b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"}
# A second one could be taken in place of the first.
_ONCE = (b"host", b"origin", b"authorization", b"x-api-key", b"content-type", b"expect", b"sec-fetch-site")


def ambiguity(version: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], upgrade: bool) -> str | None:
    """Give a sentence on why a request could be read in two ways, or None. Names of headers are in small letters.

    What each rule prevents is in RFC 9112: 2.3 (versions), 3.2 (targets and Host), 6.1 (Transfer-Encoding).

    >>> ambiguity("1.1", b"/v1/models", [(b"host", b"localhost")], False) is None
    True
    >>> ambiguity("1.1", b"http://evil.example/", [(b"host", b"localhost")], False)
    'The request must name a path on this server.'
    """
    times = Counter(name for name, _ in headers)
    if version not in ("1.0", "1.1"):
        return "This server speaks HTTP/1.1."
    if not target.startswith(b"/") or b"#" in target:
        return "The request must name a path on this server."
    if upgrade:
        return "This server upgrades no connection."
    if times[b"host"] == 0 and version == "1.1":
        return "The request names no host."
    if any(times[name] > 1 for name in _ONCE):
        return "A header that must be sent once was sent twice."
    if times[b"transfer-encoding"] and (version == "1.0" or _encoding(headers) != b"chunked"):
        return "The only Transfer-Encoding accepted is chunked."
    return None


def _encoding(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b",".join(value for name, value in headers if name == b"transfer-encoding").lower()


def as_http(response: Response) -> bytes:
    """Write an answer out after which the connection ends."""
    headers = [*response.raw_headers, (b"connection", b"close"), (b"x-content-type-options", b"nosniff")]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[response.status_code] + lines + b"\r\n" + bytes(response.body)
