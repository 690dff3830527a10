"""Who may call the relay: found out before a request reaches it."""

from codeact_server.access.caller import Caller, Mode
from codeact_server.access.guard import AccessGuard

__all__ = ["AccessGuard", "Caller", "Mode"]
