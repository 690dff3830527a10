"""Addresses and origins that an operator writes down, checked before they reach a policy or a request."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["ANY", "check_base_url", "check_origin", "check_public_url", "check_widget_origin", "origin_of"]

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
