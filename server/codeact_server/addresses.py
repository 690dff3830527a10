"""Addresses and origins that an operator writes down, checked before they reach a policy or a request."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

__all__ = [
    "ANY",
    "check_base_url",
    "check_fetched_url",
    "check_origin",
    "check_public_url",
    "check_widget_origin",
    "is_loopback",
    "origin_of",
    "own_address",
]

ANY = "*"
# Narrower than RFC 6454 on purpose: this text becomes part of a Content-Security-Policy.
_ORIGIN = re.compile(r"https?://([a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


def check_base_url(value: str) -> str:
    """Give the address without a slash at its end. Raises ValueError, as the others do.

    >>> check_base_url("http://127.0.0.1:11434/v1/")
    'http://127.0.0.1:11434/v1'
    """
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address without user, query or fragment")
    return value.rstrip("/")


def check_fetched_url(value: str) -> str:
    """Give an address that keys may be fetched from as it is: https, or plain http on this machine."""
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and (parts.port or 1) > 0 and not parts.username and not parts.fragment
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        usable = safe = False
    if not usable or not safe:
        raise ValueError("must be an https:// address without user or fragment; http:// is for this machine alone")
    return value


def check_origin(value: str) -> str:
    """Give the origin back if it is one: scheme, host and port, in small letters, and nothing after them."""
    if not _ORIGIN.fullmatch(value):
        raise ValueError("must be an origin, such as https://api.example or http://127.0.0.1:9000")
    return value


def check_public_url(value: str) -> str:
    """Like ``check_base_url``, for an address that becomes part of a policy."""
    value = check_base_url(value)
    if not _PATH.fullmatch(urlsplit(value).path):
        raise ValueError("must have a path of letters, digits, dots, dashes and underscores")
    origin_of(value)
    return value


def check_widget_origin(value: str) -> str:
    """Like ``check_origin``; ``*`` stands for any."""
    return value if value == ANY else check_origin(value)


def origin_of(url: str) -> str:
    """Give the origin of an absolute http(s) address, as a policy writes it.

    >>> origin_of("https://API.example:8443/v1")
    'https://api.example:8443'
    """
    parts = urlsplit(url)
    return check_origin(f"{parts.scheme}://{parts.netloc}".lower())


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach ``host``.

    >>> [is_loopback(host) for host in ("localhost", "127.0.0.1", "[::1]", "0.0.0.0", "evil.example")]
    [True, True, True, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def own_address(scheme: str, host: str, public_url: str | None) -> str:
    """Give where the browser that named ``host`` finds the site: a proxy before us may speak https, under a path.

    >>> own_address("http", "agent.example", "https://agent.example/sub")
    'https://agent.example/sub'
    """
    if public_url and host == urlsplit(public_url).netloc.lower():
        return public_url
    return f"{scheme}://{host}"
