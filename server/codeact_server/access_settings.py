"""Who may call the relay, as the table ``[access]`` of codeact.toml says. Called by ``settings``."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from codeact_server.addresses import check_fetched_url, check_origin
from codeact_server.secret_settings import secret_of
from codeact_server.site_settings import Frozen

__all__ = ["Access", "IdentityHeader", "Jwt", "Mode", "SessionCookie", "access_from"]

SHORTEST_SECRET = 16
_PRINTABLE = re.compile(r"[!-~]+")
_HEADER = r"^[A-Za-z0-9-]+$"
_SECRETS = (("token_env", "token"), ("session.secret_env", "secret"))
Mode = Literal["open", "token", "session", "header", "jwt"]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # of public keys only: with HS256, a public key would do as the secret


def _check_secret(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if len(text) < SHORTEST_SECRET or not _PRINTABLE.fullmatch(text):
        raise ValueError(
            f"must have at least {SHORTEST_SECRET} printable characters without spaces; "
            "`openssl rand -hex 32` makes one"
        )
    return value


def _check_network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError("must be an IP address, such as 127.0.0.1, or a network, such as 10.0.0.0/8") from None


def _check_some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("must name at least one")
    return value


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Secret = Annotated[SecretStr, AfterValidator(_check_secret)]


class SessionCookie(Frozen):
    """The cookie our own pages get. Without ``secret`` the server makes one up whenever it starts."""

    secret: _Secret | None = None
    minutes: float = Field(default=60, gt=0, le=24 * 60)


class IdentityHeader(Frozen):
    """In which header a proxy of ``trusted_proxies`` names the person."""

    name: str = Field(default="X-Forwarded-User", pattern=_HEADER)


class Jwt(Frozen):
    """Whose signed tokens are believed. Without ``jwks_url`` the issuer is asked where its keys are."""

    issuer: Annotated[str, AfterValidator(check_fetched_url)]
    audience: str = Field(min_length=1)
    jwks_url: Annotated[str, AfterValidator(check_fetched_url)] | None = None
    algorithms: Annotated[tuple[Algorithm, ...], AfterValidator(_check_some)] = ("RS256", "ES256")
    identity: str = Field(default="sub", min_length=1)


class Access(Frozen):
    """Who may call. ``mode`` holds ways to be let in, any of which will do; "open" stands alone."""

    mode: Annotated[tuple[Mode, ...], BeforeValidator(_as_tuple), AfterValidator(_check_some)] = ("open",)
    token: _Secret | None = None
    origins: tuple[Annotated[str, AfterValidator(check_origin)], ...] = ()
    trusted_proxies: tuple[Annotated[str, AfterValidator(_check_network)], ...] = ()
    session: SessionCookie = SessionCookie()
    header: IdentityHeader = IdentityHeader()
    jwt: Jwt | None = None

    @model_validator(mode="after")
    def _check_modes(self) -> Self:
        needs = {
            "token": (self.token is not None, "`token_env`, which names the variable that holds the token"),
            "header": (bool(self.trusted_proxies), "`trusted_proxies`: who may say so"),
            "jwt": (self.jwt is not None, "an [access.jwt] table with `issuer` and `audience`"),
        }
        for mode, (there, what) in needs.items():
            if mode in self.mode and not there:
                raise ValueError(f'with the mode "{mode}" needs {what}')
        for mode, given in (("token", self.token), ("jwt", self.jwt)):
            if given is not None and mode not in self.mode:
                raise ValueError(f'has what the mode "{mode}" needs; name it in `mode`, or leave that out')
        if "open" in self.mode and len(set(self.mode)) > 1:
            raise ValueError('has "open" beside other modes; it lets everybody in: name it alone, or leave it out')
        if self.origins and not {"token", "jwt"} & set(self.mode):
            raise ValueError('has `origins`, whose pages need the mode "token" or "jwt" to be let in')
        return self


def access_from(table: dict[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Put the secrets in place of the variables that hold them. No message repeats what was typed."""
    table = dict(table)
    if isinstance(table.get("session"), dict):
        table["session"] = dict(table["session"])
    for name, becomes in _SECRETS:
        *outer, key = name.split(".")
        inner = table.get(outer[0]) if outer else table
        if isinstance(inner, dict):
            secret_of(inner, key, becomes, f"access.{name}", path, environ)
    return table
