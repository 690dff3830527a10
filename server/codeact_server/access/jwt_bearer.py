"""A signed bearer token (RFC 7519) becomes a name, or is refused. Called by ``access.guard``."""

from __future__ import annotations

import jwt

from codeact_server.access.jwt_keys import IssuerKeys
from codeact_server.access_settings import Jwt
from codeact_server.errors import AccessError

__all__ = ["JwtBearer"]

_LEEWAY_SECONDS = 30
_MAX_TOKEN = 16 * 1024
_MAX_NAME = 256


class JwtBearer:
    """Checks signature, issuer, audience and times of tokens of one issuer."""

    def __init__(self, settings: Jwt) -> None:
        self._settings = settings
        self._keys = IssuerKeys(settings)

    async def name(self, token: str) -> str:
        """Give the claim that names the person. Raises AccessError; ApiError while the issuer has told no keys."""
        if len(token) > _MAX_TOKEN:
            raise _refused("is too long")
        try:
            head = jwt.get_unverified_header(token)
            algorithm, key_id = head.get("alg"), head.get("kid")
            # Pinned here: a token must not choose how it is checked, least of all "none" or HS256 (RFC 8725, 3.1).
            if algorithm not in self._settings.algorithms:
                raise _refused("is signed in a way that is not allowed here")
            described = await self._keys.find(key_id)
            if described is None or described.get("alg", algorithm) != algorithm:
                raise _refused("is signed with a key that its issuer does not publish")
            claims = jwt.decode(
                token,
                jwt.PyJWK(described, algorithm=algorithm),
                algorithms=list(self._settings.algorithms),
                audience=self._settings.audience,
                issuer=self._settings.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise _refused("has expired") from None
        except jwt.PyJWTError:
            raise _refused("is not one this server believes") from None
        return self._named(claims.get(self._settings.identity))

    def _named(self, name: object) -> str:
        if not isinstance(name, str) or not name.strip() or len(name) > _MAX_NAME:
            raise _refused(f"names nobody in `{self._settings.identity}`")
        return name


def _refused(why: str) -> AccessError:
    return AccessError(
        401, "token_refused", f"The signed token {why}.", {"www-authenticate": 'Bearer error="invalid_token"'}
    )
