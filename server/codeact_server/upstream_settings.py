"""The services behind the relay, as codeact.toml or the environment names them."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, Field, SecretStr, model_validator

from codeact_server.addresses import check_base_url
from codeact_server.errors import SettingsError
from codeact_server.secret_settings import secret_of
from codeact_server.site_settings import Frozen

__all__ = ["Price", "Timeouts", "Upstream", "check_names", "upstream_from", "with_files"]

OPENAI_BASE_URL = "https://api.openai.com/v1"
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_PRINTABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
# The relay sets these itself; a second value would make the request ambiguous.
_OWN_HEADERS = {
    *("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type"),
    *("expect", "host", "te", "trailer", "transfer-encoding", "upgrade"),
}
_Name = Annotated[str, Field(min_length=1)]


def _check_key(value: SecretStr) -> SecretStr:
    if not _PRINTABLE.fullmatch(value.get_secret_value()):
        raise ValueError("holds an API key with characters that no HTTP header can carry")
    return value


def _check_headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name) or not _PRINTABLE.fullmatch(text):
            raise ValueError("must map header names to printable ASCII values")
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"must not set {name}, which the relay sets itself; keys go in api_key_env")
    return value


def _check_url(value: str) -> str:
    value = check_base_url(value)
    try:
        usable = httpx.URL(value).raw_host and " " not in value
    except httpx.InvalidURL:
        usable = False
    if not usable:
        raise ValueError("must be an address that a request can be sent to")
    return value


def _check_ca(value: Path) -> Path:
    try:
        ssl.create_default_context(cafile=value)
    except (OSError, ValueError):  # an SSLError is an OSError
        raise ValueError("names no readable file with certificates in PEM format") from None
    return value


class Timeouts(Frozen):
    """Seconds: until a connection stands; until an answer's first byte, retries included; of silence after that.

    An answer that is not streamed begins when the model has ended, so ``first_byte`` must outlast that.
    """

    connect: float = Field(default=10.0, gt=0)
    first_byte: float = Field(default=300.0, gt=0)
    read: float = Field(default=300.0, gt=0)


class Price(Frozen):
    """Dollars per million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class Upstream(Frozen):
    """One service. ``base_url`` usually ends in ``/v1``; the meaning of each name is in docs/deploy.md."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] = "default"
    dialect: Literal["openai", "anthropic"] = "openai"
    base_url: Annotated[str, AfterValidator(_check_url)]
    api_key: Annotated[SecretStr, AfterValidator(_check_key)] | None = None
    models: tuple[_Name, ...] = ()
    aliases: dict[_Name, _Name] = Field(default={})
    ca_file: Annotated[Path, AfterValidator(_check_ca)] | None = None
    headers: Annotated[dict[str, str], AfterValidator(_check_headers)] = Field(default={}, repr=False)
    timeouts: Timeouts | None = None
    price: dict[_Name, Price] = Field(default={})
    context_window: dict[_Name, Annotated[int, Field(gt=0)]] = Field(default={})
    takes_images: tuple[_Name, ...] = ()
    private: bool | None = None
    retries: int = Field(default=2, ge=0, le=10)
    breaker: int = Field(default=5, ge=0)
    fallback: int = 1

    @model_validator(mode="after")
    def _check_models(self) -> Self:
        if twice := sorted(set(self.aliases) & set(self.models)):
            raise ValueError(f"has `aliases` that are names of models too: {', '.join(twice)}")
        said = {"aliases": self.aliases.values(), "price": self.price, "context_window": self.context_window}
        for setting, names in {**said, "takes_images": self.takes_images}.items():
            if self.models and (unknown := sorted(set(names) - set(self.models))):
                raise ValueError(f"names in `{setting}` what is not in `models`: {', '.join(unknown)}")
        return self

    @property
    def host(self) -> str:
        """The part of the address that may be shown to anyone."""
        return urlsplit(self.base_url).netloc

    @property
    def may_be_private(self) -> bool:
        """Whether an address of this machine or a private network may be connected to."""
        if self.private is not None:
            return self.private
        host = urlsplit(self.base_url).hostname or ""
        try:
            return not ip_address(host).is_global
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    def times(self, default: Timeouts) -> Timeouts:
        """Give this upstream's timeouts, with each that it does not say taken from ``default``."""
        said = self.timeouts
        return default.model_copy(update=said.model_dump(include=said.model_fields_set)) if said else default


def check_names(upstreams: tuple[Upstream, ...]) -> tuple[Upstream, ...]:
    """Give them back if no two have the same name. Raises ValueError."""
    names = [each.name for each in upstreams]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"has several named {', '.join(twice)}; give each a `name` of its own")
    return upstreams


def upstream_from(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Give what OPENAI_BASE_URL and OPENAI_API_KEY say, or None."""
    base_url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not base_url and not key:
        return None
    return {"base_url": base_url or OPENAI_BASE_URL, "api_key": key or None}


def with_files(table: Any, called: str, path: Path, environ: Mapping[str, str]) -> Any:
    """Replace ``api_key_env`` or ``api_key_file`` by the key, and let ``ca_file`` begin where ``path`` lies.

    No message repeats what was typed.

    ``called`` is how messages call the table; what is no table is given back.
    """
    if not isinstance(table, dict):
        return table
    table = dict(table)
    if isinstance(table.get("ca_file"), str):
        table["ca_file"] = path.parent / table["ca_file"]
    file = table.pop("api_key_file", None)
    if file is not None and "api_key_env" in table:
        raise SettingsError([f"{path}: `{called}` has both `api_key_env` and `api_key_file`; keep one."])
    secret_of(table, "api_key_env", "api_key", f"{called}.api_key_env", path, environ)
    if file is not None:
        try:
            table["api_key"] = (path.parent / str(file)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            raise SettingsError([f"{path}: the file in `{called}.api_key_file` cannot be read."]) from exc
    return table
