"""Who sent a request, as far as this server could find out."""

from __future__ import annotations

from dataclasses import dataclass

from codeact_server.access_settings import Mode

__all__ = ["Caller", "Mode"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Found by ``AccessGuard`` and kept at ``scope["state"]["caller"]``.

    ``identity`` is whom limits and logs count: "user:alice@example", "session:ab12", "token", or None where
    anybody may ask. ``address`` is the client's, as text, after proxies that are believed. ``mode`` let it in.
    """

    identity: str | None
    address: str
    mode: Mode
