"""The session cookie: signed, short-lived, given to our own pages and renewed by use. Called by ``access.guard``.

It says that a page of this server is open somewhere, not who reads it. Nothing is kept: the cookie holds a random
name and when it was signed (itsdangerous' TimestampSigner).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from codeact_server.access_settings import SessionCookie

__all__ = ["Session", "SessionCookies"]

_NAME = "codeact_session"


@dataclass(frozen=True, slots=True)
class Session:
    """A session by its random name. ``age`` is in seconds, of its signature."""

    name: str
    age: float


class SessionCookies:
    """Signs, reads and writes the cookies of one server.

    ``embedded``: other sites may show the widget, whose frame gets a cookie only with SameSite=None; with
    Partitioned it is another one on each such site (CHIPS).
    """

    def __init__(self, settings: SessionCookie, *, embedded: bool) -> None:
        secret = settings.secret.get_secret_value() if settings.secret else secrets.token_hex(32)
        self._signer = TimestampSigner(secret, salt="codeact-web session", digest_method=hashlib.sha256)
        self._seconds = max(1, int(settings.minutes * 60))
        self._embedded = embedded

    def read(self, headers: Headers, address: str) -> Session | None:
        """Give the session of a request to ``address``, or None where there is none that counts."""
        sent = cookie_parser(headers.get("cookie", "")).get(self._name(address), "")
        try:
            name, signed = self._signer.unsign(sent, max_age=self._seconds, return_timestamp=True)
        except (BadSignature, SignatureExpired):
            return None
        return Session(name.decode(), self._signer.get_timestamp() - signed.timestamp())

    def is_due(self, session: Session | None) -> bool:
        """Tell whether a new cookie is to be sent: there is none, or half of its life is over."""
        return session is None or session.age > self._seconds / 2

    def write(self, session: Session | None, address: str) -> str:
        """Give a Set-Cookie header's value that carries ``session`` on, or begins one."""
        name = session.name if session else secrets.token_hex(8)
        parts = [
            f"{self._name(address)}={self._signer.sign(name).decode()}",
            f"Path={_path(address)}",
            f"Max-Age={self._seconds}",
            "HttpOnly",
            *(["Secure"] if self._is_secure(address) else []),
            *(["SameSite=None", "Partitioned"] if self._embedded else ["SameSite=Strict"]),
        ]
        return "; ".join(parts)

    def _is_secure(self, address: str) -> bool:
        return self._embedded or address.startswith("https:")

    def _name(self, address: str) -> str:
        # The prefix keeps sibling hosts from planting one (RFC 6265bis, 4.1.3.2); it asks for the path "/".
        return f"__Host-{_NAME}" if self._is_secure(address) and _path(address) == "/" else _NAME


def _path(address: str) -> str:
    return urlsplit(address).path.rstrip("/") + "/"
