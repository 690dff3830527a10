"""The tables of attacks on the relay, and how a row becomes bytes on a socket."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ProxyAttack", "expand", "load_proxy_attacks", "pieces_of"]

TABLES = Path(__file__).parents[1] / "security" / "attacks"
_REPEAT = re.compile(r"__REPEAT\(((?:\\,|[^,])*),(\d+)\)__", re.DOTALL)
# The tables' paths and headers are generic; these are ours. The longest first.
_PATHS = {
    "/api/chat": "/v1/chat/completions",
    "/api/messages": "/v1/messages",
    "/api/embeddings": "/v1/embeddings",
    "/api/models": "/v1/models",
    "/api/v1/": "/v1/",
    "/static/.": "/.",
    "/sandbox.html": "/sandbox/frame.html",
    "/display.html": "/sandbox/display.html",
}


@dataclass(frozen=True)
class ProxyAttack:
    """One row. ``must`` are phrases of a closed vocabulary, see ``proxy_checks``."""

    id: str
    kind: str
    request: Mapping[str, Any]
    must: tuple[str, ...]

    @property
    def stub(self) -> str | None:
        """What the upstream does meanwhile, see ``proxy_stub``."""
        told: str | None = self.request.get("upstream_stub")
        return told


def load_proxy_attacks() -> list[ProxyAttack]:
    """Both tables, the shared one first. Raises ValueError for an id that is there twice."""
    rows = [row for name in ("proxy", "proxy_more") for row in json.loads((TABLES / f"{name}.json").read_text())]
    attacks = [
        ProxyAttack(row["id"], row["class"], row["request"], tuple(row["must"].split("; "))) for row in rows
    ]
    ids = [attack.id for attack in attacks]
    if len(set(ids)) != len(ids):
        raise ValueError(f"used twice: {sorted({each for each in ids if ids.count(each) > 1})}")
    return attacks


def expand(text: str, names: Mapping[str, str]) -> str:
    """Replace the placeholders by what ``names`` say, then the repetitions."""
    text = re.sub("|".join(names), lambda found: names[found.group()], text)
    return _REPEAT.sub(lambda found: found[1].replace("\\,", ",") * int(found[2]), text)


def pieces_of(attack: ProxyAttack, names: Mapping[str, str], wasm: str) -> list[bytes]:
    """The request's bytes, in the pieces in which they are sent. ``wasm`` is the path of a large file."""
    request = attack.request
    if "raw" in request or "raw_slow" in request:
        raw = request.get("raw_slow") or [request["raw"]]
        return [expand(_ours(piece), names).encode("latin-1") for piece in raw]
    path = wasm if request["path"].endswith("pyodide.asm.wasm") else request["path"]
    headers = {"host": names["__HOSTPORT__"]} | {
        _header(name, value)[0]: _header(name, value)[1] for name, value in request["headers"].items()
    }
    body = _body(request, names)
    if body and "content-length" not in headers:
        headers["content-length"] = str(len(body))
    headers.setdefault("connection", "close")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = expand(_ours(f"{request['method']} {path} HTTP/1.1\r\n{lines}\r\n"), names)
    return [head.encode("latin-1") + body]


def _ours(text: str) -> str:
    for theirs, ours in _PATHS.items():
        text = text.replace(theirs, ours)
    return re.sub(r"x-agent-token: ?(\S*)", r"Authorization: Bearer \1", text, flags=re.IGNORECASE)


def _header(name: str, value: str) -> tuple[str, str]:
    if name == "x-agent-token":
        return "authorization", f"Bearer {value}"
    return name, value.replace("x-agent-token", "authorization")


def _body(request: Mapping[str, Any], names: Mapping[str, str]) -> bytes:
    if "body_raw_hex" in request:
        return bytes.fromhex(request["body_raw_hex"])
    if "body_raw_base64" in request:
        return base64.b64decode(request["body_raw_base64"])
    if "body_raw" in request:
        return expand(request["body_raw"], names).encode("utf-8", "surrogatepass")
    if request.get("body") is None:
        return b""
    body = dict(request["body"])
    for field in ("messages", "tools"):
        if f"repeat_{field}" in request:
            body[field] = body[field] * (request[f"repeat_{field}"] // len(body[field]))
    return expand(json.dumps(body), names).encode()
