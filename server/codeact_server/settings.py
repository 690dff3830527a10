"""What whoever starts the server may decide; read from ``codeact.toml`` and the environment.

Called by the command line, the script host and the tests; everything else receives a ``Settings``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from codeact_server.access_settings import Access, access_from
from codeact_server.addresses import check_origin, check_public_url
from codeact_server.errors import SettingsError
from codeact_server.quota_settings import QuotaSettings, quotas_from
from codeact_server.site_settings import Frozen, SiteSettings, sentence
from codeact_server.upstream_settings import Timeouts, Upstream, upstream_from, with_key

__all__ = ["Limits", "Settings", "Timeouts", "Upstream", "load_settings"]

CONFIG_NAME = "codeact.toml"


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
    public_url: Annotated[str, AfterValidator(check_public_url)] | None = None
    limits: Limits = Limits()
    sandbox: dict[str, Annotated[int, Field(ge=0, strict=True)]] = Field(default={})
    timeouts: Timeouts = Timeouts()
    tool_origins: tuple[Annotated[str, AfterValidator(check_origin)], ...] = ()
    upstream: Upstream | None = None
    access: Access = Access()
    quotas: QuotaSettings = QuotaSettings()


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
        data["upstream"] = with_key(data["upstream"], path, environ)
    elif "upstream" not in data:
        data["upstream"] = upstream_from(environ)
    if isinstance(data.get("access"), dict):
        data["access"] = access_from(data["access"], path, environ)
    if isinstance(data.get("quotas"), dict):
        data["quotas"] = quotas_from(data["quotas"], path, environ)
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


def _sentence(problem: ErrorDetails, where: Mapping[str, str]) -> str:
    if (prefix := where.get(str(problem["loc"][0]))) is not None:
        return prefix + sentence(problem)
    in_environment = {"upstream.base_url": "OPENAI_BASE_URL", "upstream.api_key": "OPENAI_API_KEY"}
    return sentence(problem, in_environment.get(".".join(map(str, problem["loc"]))))
