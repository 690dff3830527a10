"""The page where its tools may ask other origins: the policy that it carries itself must name them too.

Of two policies, the header's and the meta element's, a browser keeps to both.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from codeact_server.policy import page_csp

__all__ = ["page_routes"]

_FILE = "index.html"


def page_routes(site: Path, origins: Sequence[str]) -> list[Route]:
    """Routes that answer in place of the site's page, or none where no other origin may be asked."""
    path = site / _FILE
    if not origins or not path.is_file():
        return []
    page = path.read_text(encoding="utf-8").replace(page_csp(), page_csp(connect=origins))

    async def tell_page(request: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    return [Route(name, tell_page, methods=["GET"]) for name in ("/", f"/{_FILE}")]
