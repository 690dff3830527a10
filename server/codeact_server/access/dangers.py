"""What in the settings should be changed before anyone else can reach the server. Called by ``access.report``."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from codeact_server.access.binding import is_reachable, refusal_to_listen
from codeact_server.addresses import ANY, is_loopback
from codeact_server.quota_settings import Share
from codeact_server.settings import Settings
from codeact_server.site_settings import SiteSettings

__all__ = ["dangers"]


def dangers(settings: Settings, told: SiteSettings) -> Iterator[str]:
    """Give a sentence for each, with its mend."""
    yield from _of_callers(settings)
    yield from _of_strangers(settings, told)
    yield from _on_the_way(settings)


def _of_callers(settings: Settings) -> Iterator[str]:
    access = settings.access
    if refusal := refusal_to_listen(settings.host, access, settings.workers):
        yield refusal
    if "open" in access.mode and _is_public(settings):
        yield (
            f"Everybody whom the proxy at {settings.public_url} lets through can use the models: this server asks "
            'nobody. Have the proxy name the person and choose mode = "header", or choose another mode.'
        )
    if wide := [each for each in access.trusted_proxies if not ipaddress.ip_network(each).prefixlen]:
        yield (
            f"Everybody is a trusted proxy ({', '.join(wide)}) and can say to be anybody. Name the address of "
            "your proxy."
        )


def _of_strangers(settings: Settings, told: SiteSettings) -> Iterator[str]:
    """A model that costs, with nothing that holds a stranger back."""
    modes = set(settings.access.mode)
    if not settings.upstreams or settings.quotas.per_address != Share() or not modes & {"open", "session"}:
        return
    if "session" in modes and (is_reachable(settings.host) or _is_public(settings)):
        yield (
            "Everybody who can open the page gets a session and can use the models without a limit, since a new "
            "session is a new caller. Set [quotas] per_address."
        )
    if ANY in told.widget_origins:
        yield (
            "Every site may embed the widget and have tasks run at your expense. Name the sites in "
            "widget_origins, or set [quotas] per_address."
        )


def _on_the_way(settings: Settings) -> Iterator[str]:
    for upstream in settings.upstreams:
        if upstream.api_key and urlsplit(upstream.base_url).scheme == "http" and not upstream.may_be_private:
            yield f"The key of {upstream.name} travels unencrypted to {upstream.host}. Use https://."


def _is_public(settings: Settings) -> bool:
    return bool(settings.public_url) and not is_loopback(urlsplit(settings.public_url or "").hostname or "")
