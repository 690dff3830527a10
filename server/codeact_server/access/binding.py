"""Where the server may listen with the access its settings name. Called by ``serve`` and ``access.report``."""

from __future__ import annotations

from codeact_server.access_settings import Access
from codeact_server.addresses import is_loopback

__all__ = ["is_reachable", "refusal_to_listen"]


def is_reachable(host: str) -> bool:
    """Tell whether other machines can reach a server that listens on ``host``."""
    return not is_loopback(host)


def refusal_to_listen(host: str, access: Access, workers: int = 1) -> str | None:
    """Give the sentence why not, or None.

    >>> refusal_to_listen("127.0.0.1", Access()) is None
    True
    """
    if is_reachable(host) and "open" in access.mode:
        return (
            f"{host} can be reached from other machines, and everybody there could use your models at your "
            'expense. Choose in codeact.toml who may call: [access] with mode = "token", "session", "header" or '
            '"jwt" (docs/access.md); or listen on 127.0.0.1.'
        )
    if workers > 1 and "session" in access.mode and access.session.secret is None:
        return (
            f"{workers} workers must know each other's sessions: name a variable with a secret in "
            "`access.session.secret_env`."
        )
    return None
