"""What the operator decides for the pages: ``site.json`` of the site, changed by codeact.toml, told as /site.json.

Called by ``app``; ``settings`` takes the same names from codeact.toml. The page's side is web/site_settings.js.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from codeact_server.addresses import check_base_url, check_widget_origin, origin_of
from codeact_server.errors import SettingsError
from codeact_server.policy import ANY_HTTPS_OR_LOOPBACK

__all__ = ["Endpoint", "Frozen", "LocalModel", "SiteSettings", "load_site_settings", "sentence", "site_routes"]

FILE = "site.json"


class Frozen(BaseModel):
    """A part of the settings: nothing unknown, nothing changed later."""

    # hide_input_in_errors: what was typed in the wrong place may be a key. TOML has `inf`; no timer takes it.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)


_Text = Annotated[str, Field(min_length=1)]


def _check_model_url(value: str) -> str:
    if urlsplit(value).scheme:
        origin_of(check_base_url(value))
    elif not value or value.startswith(("/", "\\")) or re.search(r"\s", value):
        raise ValueError("must be a path relative to the site, or an http:// or https:// address")
    return value


def _check_sha256(value: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise ValueError("must be 64 hexadecimal digits, as sha256sum writes them")
    return value


class Endpoint(Frozen):
    """An OpenAI-compatible service that the page asks itself, with the person's own key."""

    name: _Text
    base_url: Annotated[str, AfterValidator(check_base_url)]
    models: tuple[_Text, ...] = ()


class LocalModel(Frozen):
    """A model that runs in the browser. ``url`` is where its weights are, ``bytes`` how many there are, ``sha256``
    that of a GGUF file."""

    id: _Text
    name: _Text
    engine: Literal["wllama", "webllm"]
    url: Annotated[str, AfterValidator(_check_model_url)]
    bytes: int | None = Field(default=None, gt=0)
    context_window: int | None = Field(default=None, gt=0)
    sha256: Annotated[str, AfterValidator(_check_sha256)] | None = None

    @model_validator(mode="after")
    def _check_engine(self) -> Self:
        if self.sha256 and self.engine != "wllama":
            raise ValueError("has a sha256, which is checked of GGUF files (wllama) only")
        return self


def _check_ids(models: tuple[LocalModel, ...]) -> tuple[LocalModel, ...]:
    ids = [model.id for model in models]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise ValueError(f"names {', '.join(twice)} twice; each model needs an id of its own")
    return models


class SiteSettings(Frozen):
    """What the pages are told. The meaning of each name is in web/site_settings.js and docs/deploy.md."""

    widget_origins: tuple[Annotated[str, AfterValidator(check_widget_origin)], ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    own_endpoint: bool = Field(default=False, strict=True)
    local_models: Annotated[tuple[LocalModel, ...], AfterValidator(_check_ids)] = ()
    own_model: bool = Field(default=True, strict=True)
    prompt_api: bool = Field(default=True, strict=True)
    offline: bool = Field(default=False, strict=True)
    isolate: bool = Field(default=False, strict=True)

    @property
    def connect(self) -> tuple[str, ...]:
        """What the pages must be able to ask besides this server, for their policy."""
        if self.own_endpoint:
            return ANY_HTTPS_OR_LOOPBACK
        urls = [each.base_url for each in self.endpoints]
        urls += [each.url for each in self.local_models if urlsplit(each.url).scheme]
        return tuple(dict.fromkeys(origin_of(url) for url in urls))


def load_site_settings(site: Path, given: SiteSettings) -> SiteSettings:
    """Give those of the site, with each that ``given`` says in its place.

    A site may be one for static hosts, where the person's own endpoint is wanted; at this server that takes a
    word in codeact.toml. Raises SettingsError with a sentence per mistake in the site's file.
    """
    names = set(SiteSettings.model_fields)
    said = given.model_dump(include=names & given.model_fields_set)
    path = site / FILE
    if not path.is_file():
        return SiteSettings(**said)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it holds no object")
        found = {name: value for name, value in found.items() if name not in ("own_endpoint", "relay")}
        return SiteSettings.model_validate({**found, **said})
    except ValidationError as exc:
        raise SettingsError([f"{path}: {sentence(problem)}" for problem in exc.errors()]) from None
    except ValueError as exc:
        raise SettingsError([f"{path} is not valid JSON: {exc}."]) from exc


def site_routes(settings: SiteSettings) -> list[Route]:
    """A route that answers in place of the site's file. There is a relay here, whatever that file says."""
    told: dict[str, Any] = {**settings.model_dump(mode="json", exclude_none=True), "relay": True}

    async def tell_settings(request: Request) -> JSONResponse:
        return JSONResponse(told, headers={"Cache-Control": "no-cache"})

    return [Route(f"/{FILE}", tell_settings, methods=["GET"])]


def sentence(problem: ErrorDetails, called: str | None = None, names: Sequence[str] = ()) -> str:
    """Say what is wrong with a setting, ``called`` so where its own name would not be recognised.

    ``names`` are those that could have been meant in its place.
    """
    setting = called or ".".join(str(part) for part in problem["loc"])
    nearest = "".join(f", but `{name}` is." for name in get_close_matches(setting.rpartition(".")[2], names, 1))
    if problem["type"] == "extra_forbidden":
        return f"`{setting}` is not a known setting" + (nearest or ".")
    known = {"missing": "is missing"}
    said = re.sub(r"^(Value error, |Input |String )", "", problem["msg"])
    return f"`{setting}` {known.get(problem['type'], said)}."
