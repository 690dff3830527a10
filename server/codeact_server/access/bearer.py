"""What a program sends to be let in: the shared token, or a signed one. Called by ``access.guard``."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers

from codeact_server.access_settings import Access
from codeact_server.errors import AccessError

__all__ = ["read_bearer", "token_is"]


def read_bearer(headers: Headers) -> str | None:
    """Give what stands in ``Authorization: Bearer`` or ``x-api-key``, as OpenAI's and Anthropic's clients send it.

    Raises AccessError where there are several: which one was meant must not depend on who reads them. Other
    schemes, such as Basic for a proxy before us, are none of ours.
    """
    found = list(headers.getlist("x-api-key"))
    for value in headers.getlist("authorization"):
        scheme, _, credentials = value.partition(" ")
        if scheme.lower() == "bearer":
            found.append(credentials.strip())
    found = [each for each in dict.fromkeys(found) if each]
    if len(found) > 1:
        raise AccessError(401, "token_refused", "The request carries more than one token; send one.")
    return found[0] if found else None


def token_is(access: Access, sent: str) -> bool:
    """Tell, in a time that tells nothing, whether ``sent`` is the shared token."""
    if access.token is None:
        return False
    return hmac.compare_digest(sent.encode(), access.token.get_secret_value().encode())
