"""The services behind the relay, as codeact.toml or the environment names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from codeact_server.addresses import check_base_url
from codeact_server.errors import SettingsError
from codeact_server.site_settings import Frozen

__all__ = ["Timeouts", "Upstream", "upstream_from", "with_key"]

OPENAI_BASE_URL = "https://api.openai.com/v1"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_PRINTABLE = re.compile(r"[!-~]([ -~]*[!-~])?")
# The relay sets these itself; a second value would make the request ambiguous.
_OWN_HEADERS = {"authorization", "content-type", "content-length", "transfer-encoding", "host", "connection"}


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


class Upstream(Frozen):
    """One OpenAI-compatible service. ``base_url`` usually ends in ``/v1``."""

    name: str = "default"
    base_url: Annotated[str, AfterValidator(check_base_url)]
    api_key: Annotated[SecretStr, AfterValidator(_check_key)] | None = None
    models: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    headers: Annotated[dict[str, str], AfterValidator(_check_headers)] = Field(default={}, repr=False)

    @property
    def host(self) -> str:
        """The part of the address that may be shown to anyone."""
        return urlsplit(self.base_url).netloc


class Timeouts(Frozen):
    """Seconds. ``read`` is the longest silence allowed, so it must outlast a model that thinks first."""

    connect: float = Field(default=10.0, gt=0)
    read: float = Field(default=300.0, gt=0)
    write: float = Field(default=30.0, gt=0)
    pool: float = Field(default=10.0, gt=0)


def upstream_from(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """Give what OPENAI_BASE_URL and OPENAI_API_KEY say, or None."""
    base_url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not base_url and not key:
        return None
    return {"base_url": base_url or OPENAI_BASE_URL, "api_key": key or None}


def with_key(table: dict[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Replace ``api_key_env`` or ``api_key_file`` by the key. No message repeats what was typed."""
    table = dict(table)
    variable, file = table.pop("api_key_env", None), table.pop("api_key_file", None)
    if "api_key" in table:
        problem = "must not hold a key; name an environment variable in `api_key_env`, or use `api_key_file`"
        raise SettingsError([f"{path}: `upstream.api_key` {problem}."])
    if variable is not None and file is not None:
        raise SettingsError([f"{path}: `upstream` has both `api_key_env` and `api_key_file`; keep one."])
    if variable is not None:
        if not isinstance(variable, str) or not _VARIABLE.fullmatch(variable):
            raise SettingsError([f"{path}: `upstream.api_key_env` must be the NAME of an environment variable."])
        if not environ.get(variable, "").strip():
            raise SettingsError([f"The environment variable {variable}, named in {path}, is not set."])
        table["api_key"] = environ[variable].strip()
    if file is not None:
        try:
            table["api_key"] = (path.parent / str(file)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            raise SettingsError([f"{path}: the file in `upstream.api_key_file` cannot be read."]) from exc
    return table
