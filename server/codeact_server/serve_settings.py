"""How the process behaves around the relay: its limits and times, its log lines and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr

from codeact_server.secret_settings import secret_of
from codeact_server.site_settings import Frozen

__all__ = ["LogSettings", "MetricsSettings", "ServerSettings", "metrics_from"]


class ServerSettings(Frozen):
    """Seconds a client may take, and what one connection may bring. Each worker has its own ``connections``.

    ``write_seconds`` is how long a client may take to read what waits for it (64 KiB). At SIGTERM the server
    says on /readyz for ``drain_seconds`` that it is leaving, then takes no new connections, and gives answers
    under way ``shutdown_seconds`` to end.
    """

    header_seconds: float = Field(default=10, gt=0)
    body_seconds: float = Field(default=30, gt=0)
    write_seconds: float = Field(default=30, gt=0)
    idle_seconds: float = Field(default=30, gt=0)
    drain_seconds: float = Field(default=0, ge=0)
    shutdown_seconds: float = Field(default=30, ge=0)
    header_bytes: int = Field(default=32768, ge=256)
    headers: int = Field(default=100, ge=8)
    connections: int = Field(default=4096, gt=0)


class LogSettings(Frozen):
    """``bodies`` writes prompts and replies down; ``files`` adds a line for each file of the site."""

    format: Literal["text", "json"] = "text"
    bodies: bool = Field(default=False, strict=True)
    files: bool = Field(default=False, strict=True)


class MetricsSettings(Frozen):
    """``token`` is what Prometheus shows as a bearer; without one there is no /metrics."""

    token: SecretStr | None = None


def metrics_from(table: dict[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Put the token in place of ``token_env``, the name of the variable that holds it."""
    table = dict(table)
    secret_of(table, "token_env", "token", "metrics.token_env", path, environ)
    return table
