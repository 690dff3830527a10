"""The limits of the sandbox, as the operator sets them: those of the site, changed by the settings' ``sandbox``.

Called by ``app``. The site has their names and defaults; this server only knows that they are numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from codeact_server.errors import SettingsError

__all__ = ["limits_routes"]

_FILE = "sandbox/limits.json"


def limits_routes(site: Path, settings: Mapping[str, int]) -> list[Route]:
    """A route that answers in place of the site's file, or none where nothing is set.

    Raises SettingsError for a name that the site does not have.
    """
    if not settings:
        return []
    known = json.loads((site / _FILE).read_text(encoding="utf-8"))
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise SettingsError(
            [f"`sandbox.{name}` is not a limit; there are: {', '.join(known)}." for name in unknown]
        )
    zeros = [name for name, value in settings.items() if not value and known[name]]
    if zeros:
        raise SettingsError([f"`sandbox.{name}` should be greater than 0." for name in zeros])
    limits = {**known, **settings}

    async def tell_limits(request: Request) -> JSONResponse:
        return JSONResponse(limits, headers={"Cache-Control": "no-cache"})

    return [Route(f"/{_FILE}", tell_limits, methods=["GET"])]
