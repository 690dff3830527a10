"""What whoever runs the server asks it: is it alive, can it work, how much has it done.

A middleware before the check of host names: a probe asks by the address it was given. It tells nothing of the
settings but numbers, and the figures only to who has the token.
"""

from __future__ import annotations

import hmac
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from codeact_server.observe import metrics
from codeact_server.serve_settings import MetricsSettings

__all__ = ["PROBES", "Probes"]

_UNCACHED = {"cache-control": "no-store"}
PROBES = ("/healthz", "/readyz", "/metrics")


class Probes:
    """Answers GET /healthz, /readyz and, where a token is set, /metrics."""

    def __init__(self, app: ASGIApp, settings: MetricsSettings) -> None:
        self._app = app
        self._token = settings.token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or leave it to the app."""
        response = self._answer(Request(scope)) if scope["type"] == "http" and scope["path"] in PROBES else None
        await (self._app if response is None else response)(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        path = request.url.path
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed\n", 405, {"allow": "GET, HEAD"})
        if path == "/healthz":
            return PlainTextResponse("ok", headers=_UNCACHED)
        if path == "/readyz":
            return _readiness(request.scope.get("state", {}))
        if self._token is None:
            return None
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._token.get_secret_value()}".encode()):
            return PlainTextResponse("A bearer token is needed.\n", 401, {"www-authenticate": "Bearer"})
        return Response(metrics.exposition(), headers={**_UNCACHED, "content-type": CONTENT_TYPE_PLAIN_0_0_4})


def _readiness(state: dict[str, Any]) -> Response:
    """Ready is who is not stopping and has an upstream to ask, or none at all in the settings.

    A lost store of the quotas is told and does not count: requests are counted here meanwhile, or refused each
    with its reason.
    """
    told: dict[str, Any] = {"status": "ready"}
    if (upstreams := state.get("upstreams")) is not None:
        up, every = upstreams.standing()
        told["upstreams"] = {"up": up, "all": every}
        if every and not up:
            told["status"] = "no upstream answers"
    if (quotas := state.get("quotas")) is not None:
        told["quota_store"] = "up" if quotas.store_up else "down"
    if (stopping := state.get("stopping")) is not None and stopping.begun:
        told["status"] = "stopping"
    return JSONResponse(told, 200 if told["status"] == "ready" else 503, headers=_UNCACHED)
