"""Puts the server together. Called by ``serve``; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Mount

from codeact_server.access import AccessGuard
from codeact_server.errors import ApiError
from codeact_server.headers import RequestGuard, SecurityHeaders, load_frame_policies
from codeact_server.observe.probes import Probes
from codeact_server.observe.request_log import RequestLog
from codeact_server.pages import page_routes
from codeact_server.quotas import open_quotas
from codeact_server.relay import relay_routes
from codeact_server.responses import answer_error, answer_http_error, answer_nobody
from codeact_server.sandbox_limits import limits_routes
from codeact_server.settings import Settings
from codeact_server.site_settings import load_site_settings, site_routes
from codeact_server.static import static_files
from codeact_server.stopping import EndedAnswers, Stopping
from codeact_server.upstreams import open_upstreams

__all__ = ["create_app"]


def create_app(settings: Settings) -> Starlette:
    """Build the application: the relay under /v1, the probes, and the site for everything else.

    Raises SettingsError where the settings do not fit the site.
    """
    told = load_site_settings(settings.site, settings)
    connect = tuple(dict.fromkeys((*settings.tool_origins, *told.connect)))

    stopping = Stopping()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with open_upstreams(settings) as upstreams, open_quotas(settings.quotas) as quotas:
            yield {"upstreams": upstreams, "quotas": quotas, "stopping": stopping}

    app = Starlette(
        routes=[
            *relay_routes(settings.requests),
            *limits_routes(settings.site, settings.sandbox),
            *site_routes(told),
            *page_routes(settings.site, connect),
            Mount("/", static_files(settings.site)),
        ],
        middleware=[
            Middleware(RequestLog, logs=settings.logs),
            Middleware(
                SecurityHeaders,
                frame_policies=load_frame_policies(settings.site),
                connect=connect,
                widget_origins=told.widget_origins,
                public_url=settings.public_url,
            ),
            Middleware(Probes, settings=settings.metrics),
            Middleware(
                RequestGuard,
                host=settings.host,
                public_url=settings.public_url,
                origins=settings.access.origins,
            ),
            Middleware(
                AccessGuard,
                access=settings.access,
                embedded=bool(told.widget_origins),
                public_url=settings.public_url,
            ),
            Middleware(EndedAnswers, stopping=stopping),
        ],
        exception_handlers={
            ApiError: answer_error,
            HTTPException: answer_http_error,
            ClientDisconnect: answer_nobody,
        },
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.stopping = stopping
    return app
