"""Where a request comes from, with proxies before us that are believed. Called by ``access.guard``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import Scope

from codeact_server.addresses import is_loopback

__all__ = ["Proxies", "normal_address"]

_WITH_PORT = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+))(?::[0-9]{1,5})?")
UNKNOWN = "unknown"


class Proxies:
    """The proxies whose word is taken for who is behind them."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = [ipaddress.ip_network(network) for network in trusted]

    def trusts_sender(self, scope: Scope) -> bool:
        """Tell whether the connection itself is from a trusted proxy."""
        return self._trusts(_peer(scope))

    def is_this_machine(self, scope: Scope) -> bool:
        """Tell whether the connection is from a program here: over loopback, or a Unix socket."""
        return scope.get("client") is None or is_loopback(_peer(scope))

    def client_address(self, scope: Scope) -> str:
        """Give the nearest address that is no trusted proxy, from the right of X-Forwarded-For.

        What stands left of it anyone can have written. Where all are trusted, it is the leftmost.
        """
        address = _peer(scope)
        if not self._trusts(address):
            return address
        written = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
        for hop in reversed(written.split(",")):
            found = normal_address(hop.strip())
            if found is None:  # nothing left of it can be believed either
                return address
            address = found
            if not self._trusts(address):
                break
        return address

    def _trusts(self, address: str) -> bool:
        if address == UNKNOWN or not self._trusted:
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self._trusted)


def normal_address(text: str) -> str | None:
    """Give an IP address as it is usually written, or None.

    >>> [normal_address(text) for text in ("::ffff:10.0.0.1", "[2001:DB8::1]:443", "10.0.0.1:80", "_hidden")]
    ['10.0.0.1', '2001:db8::1', '10.0.0.1', None]
    """
    if match := _WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return (normal_address(client[0]) if client else None) or UNKNOWN
