"""Finds out who calls the relay, and lets in whom the settings let in. ``app`` puts it before all routes."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codeact_server.access.bearer import read_bearer, token_is
from codeact_server.access.caller import Caller, Mode
from codeact_server.access.client_address import Proxies
from codeact_server.access.jwt_bearer import JwtBearer
from codeact_server.access.same_site import check_sent_by_our_page
from codeact_server.access.session import Session, SessionCookies
from codeact_server.access_settings import Access
from codeact_server.addresses import origin_of, own_address
from codeact_server.errors import AccessError, ApiError, RequestError
from codeact_server.responses import UNCACHED, answer_error

__all__ = ["AccessGuard"]

GUARDED = "/v1/"
SESSION = "/v1/session"
_MAX_NAME = 256


class AccessGuard:
    """ASGI middleware: sets ``scope["state"]["caller"]`` for all under /v1/, or answers 401 or 403.

    With the mode "session" it also gives our pages their cookie, and answers POST /v1/session, by which a page
    that was open for longer than its cookie lives gets another one.
    """

    def __init__(
        self, app: ASGIApp, access: Access, *, embedded: bool = False, public_url: str | None = None
    ) -> None:
        self._app = app
        self._access = access
        self._public_url = public_url
        self._proxies = Proxies(access.trusted_proxies)
        self._jwt = JwtBearer(access.jwt) if access.jwt and "jwt" in access.mode else None
        self._cookies = SessionCookies(access.session, embedded=embedded) if "session" in access.mode else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, for those who are let in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _route_path(scope)
        try:
            if path == SESSION and self._cookies:
                await self._begin_session(scope, receive, send)
                return
            if path.startswith(GUARDED):
                send = await self._let_in(scope, send)
            elif self._cookies and _is_page(scope, path):
                send = self._with_cookie(scope, send)
        except ApiError as error:
            refusal = await answer_error(Request(scope), error)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _let_in(self, scope: Scope, send: Send) -> Send:
        headers = Headers(scope=scope)
        session = self._cookies.read(headers, self._address(scope)) if self._cookies else None
        mode, identity = await self._who(scope, headers, session)
        caller = Caller(identity, self._proxies.client_address(scope), mode)
        scope.setdefault("state", {})["caller"] = caller
        if mode == "session" and self._cookies and self._cookies.is_due(session):
            return self._with_cookie(scope, send)
        return send

    async def _who(self, scope: Scope, headers: Headers, session: Session | None) -> tuple[Mode, str | None]:
        """What is sent on purpose comes first: a token that is wrong is not made good by a cookie."""
        modes = self._access.mode
        if {"token", "jwt"} & set(modes) and (sent := read_bearer(headers)) is not None:
            return await self._by_bearer(sent)
        origin = origin_of(self._address(scope))
        if (foreign := headers.get("origin")) is not None and foreign.lower() != origin:
            raise self._unknown("token_needed")  # RequestGuard let it pass, since it is one of `origins`
        if "header" in modes and (name := self._forwarded_name(scope, headers)):
            check_sent_by_our_page(scope["method"], headers, origin, only_browsers=False)
            return "header", f"user:{name}"
        if session is not None:
            check_sent_by_our_page(scope["method"], headers, origin, only_browsers=True)
            return "session", f"session:{session.name}"
        if "open" in modes:
            check_sent_by_our_page(scope["method"], headers, origin, only_browsers=False)
            if not self._proxies.is_this_machine(scope):
                raise AccessError(403, "not_this_machine", "This server is open to its own machine alone.")
            return "open", None
        raise self._unknown(
            "session_needed" if self._cookies else "token_needed" if "token" in modes else "sign_in_needed"
        )

    async def _by_bearer(self, sent: str) -> tuple[Mode, str]:
        if "token" in self._access.mode and token_is(self._access, sent):
            return "token", "token"
        if self._jwt is not None:
            return "jwt", f"user:{await self._jwt.name(sent)}"
        raise self._unknown("token_refused")

    def _forwarded_name(self, scope: Scope, headers: Headers) -> str | None:
        """The person a trusted proxy names; from anyone else the header is worth nothing."""
        if not self._proxies.trusts_sender(scope):
            return None
        names = headers.getlist(self._access.header.name)
        if len(names) > 1:
            raise RequestError(400, "identity_twice", "The header that names the person came more than once.")
        if not names or not names[0].strip() or len(names[0]) > _MAX_NAME:
            return None
        return names[0].strip()

    async def _begin_session(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise RequestError(405, "method_not_allowed", "A session begins with POST.", {"allow": "POST"})
        headers, address = Headers(scope=scope), self._address(scope)
        check_sent_by_our_page("POST", headers, origin_of(address), only_browsers=True)
        answer = Response(status_code=204, headers=UNCACHED)
        await answer(scope, receive, self._with_cookie(scope, send))

    def _with_cookie(self, scope: Scope, send: Send) -> Send:
        cookies = self._cookies
        assert cookies is not None
        address = self._address(scope)
        session = cookies.read(Headers(scope=scope), address)
        if not cookies.is_due(session):
            return send
        cookie = cookies.write(session, address)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", cookie)
                if "no-store" not in headers.get("cache-control", ""):
                    headers["cache-control"] = "private, no-cache"  # a cache must not hand one person's to all
            await send(message)

        return send_with_cookie

    def _address(self, scope: Scope) -> str:
        return own_address(scope["scheme"], Headers(scope=scope).get("host", "").lower(), self._public_url)

    def _unknown(self, code: str) -> AccessError:
        says = {
            "session_needed": "This page's session is over; load the page again.",
            "token_needed": "This server asks for its access token.",
            "token_refused": "This is not the access token of this server.",
            "sign_in_needed": "Sign in to use this server.",
        }
        bearer = {"www-authenticate": "Bearer"} if {"token", "jwt"} & set(self._access.mode) else {}
        return AccessError(401, code, says[code], bearer)


def _route_path(scope: Scope) -> str:
    """The path as Starlette's routes see it: without that of a server that mounted us."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(root + "/") else path


def _is_page(scope: Scope, path: str) -> bool:
    """Whether the browser shows it: frames of the sandbox have nobody to be."""
    shown = path == "/" or (path.endswith(".html") and path.count("/") == 1)
    wanted = Headers(scope=scope).get("sec-fetch-dest", "document")
    return shown and scope["method"] == "GET" and wanted in ("document", "iframe")
