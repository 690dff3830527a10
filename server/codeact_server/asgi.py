"""``codeact_server.asgi:app`` for any ASGI server: ``hypercorn codeact_server.asgi:app``.

Settings are read when that server starts it: from the file CODEACT_CONFIG names, else codeact.toml of the current
folder. Addresses, workers and everything under [server] are that server's own business then (docs/deploy.md).
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

from codeact_agent.hosts.script.site import find_site
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from codeact_server.app import create_app
from codeact_server.errors import SettingsError
from codeact_server.observe import logs
from codeact_server.settings import Settings, load_settings

__all__ = ["app", "settings_with_site"]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as the application that codeact.toml describes."""
    try:
        made = _app()
    except SettingsError as error:
        if scope["type"] != "lifespan":
            raise
        await receive()
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await made(scope, receive, send)


@functools.cache
def _app() -> Starlette:
    config = os.environ.get("CODEACT_CONFIG")
    settings = settings_with_site(load_settings(Path(config) if config else None))
    logs.configure(settings.logs.format)
    return create_app(settings)


def settings_with_site(settings: Settings) -> Settings:
    """Add where the built site is, unless the settings name one."""
    if "site" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"site": find_site()})
