"""An issuer of signed tokens on a real port: its discovery document, its keys, and what was asked of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from support.asgi import serving

__all__ = ["Issuer", "running_issuer"]


class Issuer:
    """Signs tokens with keys by name, and publishes the public ones."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[str] = []
        self.answers = True
        self.document: dict[str, Any] = {}
        self.private: dict[str, Any] = {
            "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
            "ec": ec.generate_private_key(ec.SECP256R1()),
        }
        self.published = ["rsa", "ec"]

    def sign(
        self, key: str = "rsa", alg: str | None = None, head: dict[str, Any] | None = None, **claims: Any
    ) -> str:
        """A token that is right, but for what is said. A claim that is None is left out."""
        alg = alg or ("ES256" if key == "ec" else "RS256")
        now = int(time.time())
        usual = {"iss": self.url, "aud": "codeact", "sub": "alice@example", "iat": now, "exp": now + 300}
        left = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(left, self.private[key], algorithm=alg, headers={"kid": key, **(head or {})})

    def keys(self) -> list[dict[str, Any]]:
        """The public keys, as a JSON Web Key Set lists them."""
        listed = []
        for name in self.published:
            public = self.private[name].public_key()
            known = ECAlgorithm if isinstance(public, ec.EllipticCurvePublicKey) else RSAAlgorithm
            listed.append({**json.loads(known.to_jwk(public)), "kid": name, "use": "sig"})
        return listed

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        if not self.answers:
            return Response(status_code=500)
        if request.url.path == "/keys":
            return JSONResponse({"keys": self.keys()})
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.document})

    def app(self) -> Starlette:
        """What answers under its address."""
        paths = ("/keys", "/.well-known/openid-configuration")
        return Starlette(routes=[Route(path, self._answer) for path in paths])


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """One on a free port of this machine."""
    issuer = Issuer()
    with serving(issuer.app()) as url:
        issuer.url = url
        yield issuer
