"""Which hosts and origins may ask, and what every response tells the browser to refuse.

``app`` puts both middlewares around everything. The policies are in ``policy``; the sandbox
frames' policies are written by the bundler, since they hold the hash of a bundled script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codeact_server.access.cors import allow_origin, answers_preflight, preflight_answer
from codeact_server.addresses import is_loopback, origin_of, own_address
from codeact_server.errors import AccessError, RequestError
from codeact_server.policy import page_csp
from codeact_server.responses import answer_error

__all__ = ["RequestGuard", "SecurityHeaders", "load_frame_policies", "page_policy"]

FRAMES = ("/sandbox/frame.html", "/sandbox/display.html")
WIDGET = "/widget.html"
RELAY = "/v1/"
PUBLIC = ("/embed.js", "/agent/page.json", "/agent/page.zip")
"""What pages of other sites fetch: the element, and what PyScript pages import."""
# Narrower than RFC 3986 on purpose: this text becomes part of a Content-Security-Policy.
_HOST = re.compile(r"(?P<name>[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")
_CLOSED_FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
    "xr-spatial-tracking",
)
_COMMON = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    # Isolates as require-corp does, but WebKit, which does not know it, ends a blob worker of an opaque origin
    # under that.
    "cross-origin-embedder-policy": "credentialless",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _CLOSED_FEATURES),
}


def page_policy(origin: str, connect: Sequence[str] = (), embedders: Sequence[str] = ()) -> str:
    """Give a page's CSP with the frames it may show, the other origins it may ask, and those that may embed it.

    A frame that navigates itself would leak through the address; naming the two files closes that,
    which 'self' cannot do since it carries no path.

    >>> "frame-src http://127.0.0.1:8000/sandbox/frame.html" in page_policy("http://127.0.0.1:8000")
    True
    """
    frames = " ".join(origin + path for path in FRAMES)
    ancestors = " ".join(("'self'", *embedders))  # which a meta element cannot say
    return f"{page_csp(frames, connect)}; frame-ancestors {ancestors}"


def load_frame_policies(site: Path) -> dict[str, str]:
    """Read the frames' policies from the built site; a frame without one is allowed nothing."""
    manifest = site / "sandbox" / "manifest.json"
    written = json.loads(manifest.read_text(encoding="utf-8")).get("csp", {}) if manifest.is_file() else {}
    inner = {path: written.get(path.rpartition("/")[2], "default-src 'none'") for path in FRAMES}
    return {path: f"sandbox allow-scripts; {policy}" for path, policy in inner.items()}


class SecurityHeaders:
    """Adds the headers above to every response, 304s and errors included."""

    def __init__(
        self,
        app: ASGIApp,
        frame_policies: dict[str, str],
        connect: Sequence[str] = (),
        widget_origins: Sequence[str] = (),
        public_url: str | None = None,
    ) -> None:
        self._app = app
        self._frame_policies = frame_policies
        self._connect = connect
        self._widget_origins = widget_origins
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the headers set on the way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = {**_COMMON, **self._policy(scope), **self._sharing(scope["path"])}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _policy(self, scope: Scope) -> dict[str, str]:
        if (frame := self._frame_policies.get(scope["path"])) is not None:
            return {
                "content-security-policy": frame,
                "connection-allowlist": "()",
                # Firefox compares with the frame's own, opaque origin; it is a public file that can do nothing.
                "cross-origin-resource-policy": "cross-origin",
            }
        host = Headers(scope=scope).get("host", "").lower()
        if not _HOST.fullmatch(host):
            return {"content-security-policy": "default-src 'none'"}
        embedders = self._widget_origins if scope["path"] == WIDGET else ()
        address = own_address(scope["scheme"], host, self._public_url)
        return {"content-security-policy": page_policy(address, self._connect, embedders)}

    def _sharing(self, path: str) -> dict[str, str]:
        """What pages of other sites may have: the files of PUBLIC, and the widget's page in a frame."""
        if path in PUBLIC:
            return {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
        if path == WIDGET and self._widget_origins:
            # A host page that is cross-origin isolated asks this of its frames too; frame-ancestors says who may.
            return {"cross-origin-resource-policy": "cross-origin"}
        return {}


class RequestGuard:
    """Refuses requests that another site sent: by a name made to point here, or from its own pages.

    Pages of ``origins`` may ask what is under /v1/, with a token of their own: ``access`` wants one of them.
    """

    def __init__(
        self, app: ASGIApp, host: str, public_url: str | None = None, origins: Sequence[str] = ()
    ) -> None:
        self._app = app
        self._host = host.lower()
        self._public_url = public_url
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, unless the request must be refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        app = self._app
        if self._origins and scope["path"].startswith(RELAY):
            origin = headers.get("origin", "").lower()
            allowed = origin if origin in self._origins else None
            send = allow_origin(send, allowed)
            if allowed and answers_preflight(scope["method"], headers):
                app = preflight_answer(headers)
        if (refusal := self._refusal(scope)) is not None:
            app = await answer_error(Request(scope), refusal)
        await app(scope, receive, send)

    def _refusal(self, scope: Scope) -> RequestError | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        host = hosts[0].lower() if len(hosts) == 1 else ""
        parsed = _HOST.fullmatch(host)
        if parsed is None or not self._serves(parsed["name"]):
            return RequestError(400, "unknown_host", "This server does not answer under that host name.")
        if scope["path"] in PUBLIC:
            return None
        may_ask = {origin_of(own_address(scope["scheme"], host, self._public_url))}
        if scope["path"].startswith(RELAY):
            may_ask |= self._origins
        if any(origin.lower() not in may_ask for origin in headers.getlist("origin")):
            return AccessError(403, "foreign_origin", "Another site's page may not use this server.")
        return None

    def _serves(self, name: str) -> bool:
        if self._public_url:
            return name in (self._host, urlsplit(self._public_url).hostname) or is_loopback(name)
        return name == self._host or not is_loopback(self._host) or is_loopback(name)
