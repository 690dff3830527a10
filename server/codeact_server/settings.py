"""What whoever starts the server may decide; read from ``codeact.toml`` and the environment.

Called by the command line, the script host and the tests; everything else receives a ``Settings``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from codeact_server.access_settings import Access, access_from
from codeact_server.addresses import check_origin, check_public_url
from codeact_server.errors import SettingsError
from codeact_server.quota_settings import QuotaSettings, quotas_from
from codeact_server.request_settings import RequestSettings
from codeact_server.serve_settings import LogSettings, MetricsSettings, ServerSettings, metrics_from
from codeact_server.site_settings import Frozen, SiteSettings, sentence
from codeact_server.upstream_settings import Timeouts, Upstream, check_names, upstream_from, with_files

__all__ = ["Limits", "Settings", "Timeouts", "Upstream", "load_settings"]

CONFIG_NAME = "codeact.toml"


class Limits(Frozen):
    """Bytes one request may bring, bytes one unstreamed answer may bring, and answers open at once."""

    body_bytes: int = Field(default=4 * 1024 * 1024, gt=0)
    answer_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    connections: int = Field(default=2000, gt=0)


def _as_list(value: Any) -> Any:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


class Settings(SiteSettings):
    """Everything the server needs to know before it starts.

    ``public_url`` is where browsers find the site, if that is at a proxy before this server. ``sandbox`` are
    limits of docs/protocol.md; ``tool_origins`` those that tools of the page may ask. What the pages are told
    stands in SiteSettings. ``upstream``, as codeact.toml calls them, is one or a list of them.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)
    site: Path = Path("build/site")
    public_url: Annotated[str, AfterValidator(check_public_url)] | None = None
    workers: int = Field(default=1, ge=1, le=256)
    server: ServerSettings = ServerSettings()
    logs: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()
    limits: Limits = Limits()
    requests: RequestSettings = RequestSettings()
    sandbox: dict[str, Annotated[int, Field(ge=0, strict=True)]] = Field(default={})
    timeouts: Timeouts = Timeouts()
    tool_origins: tuple[Annotated[str, AfterValidator(check_origin)], ...] = ()
    upstreams: Annotated[tuple[Upstream, ...], BeforeValidator(_as_list), AfterValidator(check_names)] = Field(
        default=(), alias="upstream"
    )
    access: Access = Access()
    quotas: QuotaSettings = QuotaSettings()


def load_settings(
    config: Path | None = None, environ: Mapping[str, str] | None = None, **overrides: Any
) -> Settings:
    """Read ``config`` (or ``codeact.toml`` here, if there is one), then the environment, then ``overrides``.

    ``[[upstream]]`` tables, or one ``[upstream]``, win over OPENAI_BASE_URL and OPENAI_API_KEY as a whole,
    so that a key never travels to an address it was not meant for. An override that is None counts as not given.
    """
    environ = os.environ if environ is None else environ
    path = config or Path(CONFIG_NAME)
    data = _read_toml(path) if config or path.is_file() else {}
    where = dict.fromkeys(data, f"{path}: ")
    if isinstance(data.get("site"), str):
        data["site"] = path.parent / data["site"]
    tables = _as_list(data["upstream"]) if "upstream" in data else []
    names = [_called(index, table, len(tables) > 1) for index, table in enumerate(tables)] or ["upstream"]
    if tables:
        pairs = zip(names, tables, strict=True)
        data["upstream"] = [with_files(table, name, path, environ) for name, table in pairs]
    elif "upstream" not in data:
        data["upstream"] = upstream_from(environ)
    if isinstance(data.get("metrics"), dict):
        data["metrics"] = metrics_from(data["metrics"], path, environ)
    if isinstance(data.get("access"), dict):
        data["access"] = access_from(data["access"], path, environ)
    if isinstance(data.get("quotas"), dict):
        data["quotas"] = quotas_from(data["quotas"], path, environ)
    data.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(data)
    except ValidationError as exc:
        raise SettingsError([_sentence(problem, where, names) for problem in exc.errors()]) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise SettingsError([f"{path} cannot be read: {exc.strerror}."]) from exc
    except ValueError as exc:
        raise SettingsError([f"{path} is not valid TOML: {exc}."]) from exc


def _called(index: int, table: Any, several: bool) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return f"upstream.{name if isinstance(name, str) else index + 1}" if several else "upstream"


def _sentence(problem: ErrorDetails, where: Mapping[str, str], names: list[str]) -> str:
    setting = ".".join(map(str, problem["loc"]))
    for index, called in enumerate(names):
        setting = re.sub(rf"^upstream\.{index}\b", called, setting)
    if (prefix := where.get(str(problem["loc"][0]))) is not None:
        return prefix + sentence(problem, setting, _names_at(problem["loc"][:-1]))
    in_environment = {"upstream.base_url": "OPENAI_BASE_URL", "upstream.api_key": "OPENAI_API_KEY"}
    return sentence(problem, in_environment.get(setting, setting))


def _names_at(path: Sequence[str | int]) -> list[str]:
    """The names of settings at ``path``; none where it leads to no table."""
    model: type[BaseModel] | None = Settings
    for part in path:
        if model is not None and isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _table_in(fields[part].annotation) if part in fields else None
    named = [(field.alias or name, field) for name, field in model.model_fields.items()] if model else []
    # A secret is in a variable, whose name is the setting.
    return [f"{name}_env" if "SecretStr" in str(field.annotation) else name for name, field in named]


def _table_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _table_in(each))), None)
