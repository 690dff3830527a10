"""The pages, with the policy of this server in place of the one that the bundle wrote into them.

Of two policies, the header's and the meta element's, a browser keeps to both: an origin that may be asked must
stand in each. Called by ``app``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from codeact_server.policy import page_csp, with_policy

__all__ = ["page_routes"]

_INDEX = "index.html"


def page_routes(site: Path, connect: Sequence[str]) -> list[Route]:
    """Routes that answer in place of the site's pages, or none where no other origin may be asked."""
    if not connect:
        return []
    policy = page_csp(connect=connect)
    routes = []
    for path in sorted(site.glob("*.html")):
        names = [f"/{path.name}", *(["/"] if path.name == _INDEX else [])]
        routes += [_route(name, with_policy(path.read_text(encoding="utf-8"), policy)) for name in names]
    return routes


def _route(path: str, page: str) -> Route:
    async def tell_page(request: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    return Route(path, tell_page, methods=["GET"])
