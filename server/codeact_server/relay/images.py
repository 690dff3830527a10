"""Which images a request may hold. An address is fetched by the upstream, never by this server."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from codeact_server.relay.fields import check_number_of, refuse
from codeact_server.request_settings import RequestSettings

__all__ = ["ImageUrl", "check_images"]

_PRIVATE_NAMES = (".local", ".internal", ".localhost", ".lan", ".home.arpa")


def check_images(addresses: Sequence[str], caps: RequestSettings) -> int:
    """Give the number of images; ``addresses`` hold their URLs, if they have any. Raises RequestError 422."""
    check_number_of("images", addresses, caps.images)
    if not caps.image_urls and any(address.startswith("https:") for address in addresses):
        raise refuse("invalid_body", "This server takes images as data only, not by their address.")
    return len(addresses)


def _check_image_url(value: str) -> str:
    if value.startswith("data:image/"):
        return value
    # An upstream inside a private network must not be made to look around in it.
    if not value.startswith("https://") or not _is_public(value):
        raise ValueError("must be a data: URL of an image, or a public https: address")
    return value


def _is_public(url: str) -> bool:
    """Tell by the address alone: the upstream resolves the name, not this server.

    >>> [_is_public(url) for url in ("https://example.com/a.png", "https://10.0.0.1/", "https://nas.local/")]
    [True, False, False]
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        # A number in disguise (0x7f.1) has a last label that begins with a digit; no top-level domain does.
        return "." in host and not host.endswith(_PRIVATE_NAMES) and not host.rpartition(".")[2][:1].isdigit()


ImageUrl = Annotated[str, AfterValidator(_check_image_url)]
