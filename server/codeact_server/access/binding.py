"""Where the server may listen with the access its settings name. Called by ``serve`` and the report."""

from __future__ import annotations

from codeact_server.access_settings import Access
from codeact_server.addresses import is_loopback

__all__ = ["is_reachable", "refusal_to_listen"]


def is_reachable(host: str) -> bool:
    """Tell whether other machines can reach a server that listens on ``host``."""
    return not is_loopback(host)


def refusal_to_listen(host: str, access: Access) -> str | None:
    """Give the sentence why not, or None.

    >>> refusal_to_listen("127.0.0.1", Access()) is None
    True
    """
    if not is_reachable(host) or "open" not in access.mode:
        return None
    return (
        f"{host} can be reached from other machines, and everybody there could use your models at your expense. "
        'Choose in codeact.toml who may call: [access] with mode = "token", "session", "header" or "jwt" '
        "(docs/access.md); or listen on 127.0.0.1."
    )
