"""Keeps a name of the settings from leading to a private address that they do not allow.

The look is at the address that is about to be connected to, whoever resolved the name and however often, so a name
that resolves to something else the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.connector import AddrInfoType

__all__ = ["PrivateAddressError", "is_public", "open_public_socket"]

_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class PrivateAddressError(OSError):
    """The address is of this machine or a private network. All say the same, so aiohttp keeps the class."""

    def __init__(self) -> None:
        super().__init__("not a public address")


def is_public(text: str) -> bool:
    """Tell whether ``text``, an IP address, is one of the public internet, also behind IPv6's ways to write IPv4.

    >>> is_public("93.184.215.14"), is_public("169.254.169.254"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    address = ip_address(text.partition("%")[0])
    within = _ipv4_within(address) if isinstance(address, IPv6Address) else None
    return all(each.is_global and not each.is_multicast for each in (address, within) if each is not None)


def open_public_socket(where: AddrInfoType) -> socket.socket:
    """Make the socket for a connection to ``where``; aiohttp's ``socket_factory``. Raises PrivateAddressError."""
    family, kind, protocol, _, address = where
    if not is_public(str(address[0])):
        raise PrivateAddressError
    return socket.socket(family, kind, protocol)


def _ipv4_within(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
