"""What whoever starts the server may decide; read from ``codeact.toml`` and the environment.

Called by the command line, the script host and the tests; everything else receives a ``Settings``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from codeact_server.addresses import check_base_url, check_origin, check_public_url
from codeact_server.errors import SettingsError
from codeact_server.site_settings import Frozen, SiteSettings, sentence

__all__ = ["Limits", "Settings", "Timeouts", "Upstream", "load_settings"]

CONFIG_NAME = "codeact.toml"
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


class Limits(Frozen):
    """Bytes one request may bring, bytes one unstreamed answer may bring, and open upstream connections."""

    body_bytes: int = Field(default=4 * 1024 * 1024, gt=0)
    answer_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    connections: int = Field(default=100, gt=0)


class Settings(SiteSettings):
    """Everything the server needs to know before it starts.

    ``public_url`` is where browsers find the site, if that is at a proxy before this server. ``sandbox`` are
    limits of docs/protocol.md; ``tool_origins`` those that tools of the page may ask. What the pages are told
    stands in SiteSettings.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    site: Path = Path("build/site")
    allow_remote: bool = False
    public_url: Annotated[str, AfterValidator(check_public_url)] | None = None
    limits: Limits = Limits()
    sandbox: dict[str, Annotated[int, Field(ge=0, strict=True)]] = Field(default={})
    timeouts: Timeouts = Timeouts()
    tool_origins: tuple[Annotated[str, AfterValidator(check_origin)], ...] = ()
    upstream: Upstream | None = None


def load_settings(
    config: Path | None = None, environ: Mapping[str, str] | None = None, **overrides: Any
) -> Settings:
    """Read ``config`` (or ``codeact.toml`` here, if there is one), then the environment, then ``overrides``.

    An ``[upstream]`` table wins over OPENAI_BASE_URL and OPENAI_API_KEY as a whole, so that a key never
    travels to an address it was not meant for. An override that is None counts as not given.
    """
    environ = os.environ if environ is None else environ
    path = config or Path(CONFIG_NAME)
    data = _read_toml(path) if config or path.is_file() else {}
    where = dict.fromkeys(data, f"{path}: ")
    if isinstance(data.get("site"), str):
        data["site"] = path.parent / data["site"]
    if isinstance(data.get("upstream"), dict):
        data["upstream"] = _with_key(data["upstream"], path, environ)
    elif "upstream" not in data:
        data["upstream"] = _upstream_from(environ)
    data.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(data)
    except ValidationError as exc:
        raise SettingsError([_sentence(problem, where) for problem in exc.errors()]) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise SettingsError([f"{path} cannot be read: {exc.strerror}."]) from exc
    except ValueError as exc:
        raise SettingsError([f"{path} is not valid TOML: {exc}."]) from exc


def _upstream_from(environ: Mapping[str, str]) -> dict[str, Any] | None:
    base_url, key = environ.get("OPENAI_BASE_URL", "").strip(), environ.get("OPENAI_API_KEY", "").strip()
    if not base_url and not key:
        return None
    return {"base_url": base_url or OPENAI_BASE_URL, "api_key": key or None}


def _with_key(table: dict[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
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


def _sentence(problem: ErrorDetails, where: Mapping[str, str]) -> str:
    if (prefix := where.get(str(problem["loc"][0]))) is not None:
        return prefix + sentence(problem)
    in_environment = {"upstream.base_url": "OPENAI_BASE_URL", "upstream.api_key": "OPENAI_API_KEY"}
    return sentence(problem, in_environment.get(".".join(map(str, problem["loc"]))))
