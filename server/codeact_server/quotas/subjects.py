"""Whose shares a caller draws on: its identity's, and its network address's. Used by ``quotas.quota``."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

from codeact_server.access.caller import Caller
from codeact_server.quota_settings import QuotaSettings, Share

__all__ = ["Subject", "subjects_of"]

_IPV6_NETWORK = 64  # what one household or machine usually has: its addresses are one caller's


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody who has a share. ``whose`` begins the sentence that refuses more."""

    share: Share
    key: str
    whose: str


def subjects_of(caller: Caller, settings: QuotaSettings) -> list[Subject]:
    """Give those that have a limit, the identity before the address."""
    network = _network(caller.address)
    who = caller.identity or f"address:{network}"
    subjects = [
        Subject(settings.per_identity, f"identity:{_hashed(who)}", "You have"),
        Subject(settings.per_address, f"address:{_hashed(network)}", "Your network address has"),
    ]
    return [subject for subject in subjects if subject.share != Share()]


def _network(address: str) -> str:
    """Give what counts as one caller: an IPv4 address, or an IPv6 network.

    >>> _network("2001:db8:1:2:3:4:5:6"), _network("192.0.2.1")
    ('2001:db8:1:2::/64', '192.0.2.1')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False)) if parsed.version == 6 else address


def _hashed(who: str) -> str:
    """Names do not go into the store, nor what a name could hold that means something there."""
    return hashlib.blake2s(who.encode(), digest_size=16).hexdigest()
