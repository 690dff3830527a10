"""What ``codeact-web serve --check`` says: what is open to whom, in sentences, without a secret.

What should be changed is in ``access.dangers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from codeact_server.access.binding import is_reachable
from codeact_server.access.dangers import dangers
from codeact_server.access_settings import Jwt, Mode
from codeact_server.quota_settings import Rate, Share
from codeact_server.settings import Settings
from codeact_server.site_settings import SiteSettings, load_site_settings
from codeact_server.upstream_settings import Upstream

__all__ = ["check"]


def check(settings: Settings) -> int:
    """Print the report; give 1 where something is dangerous, else 0. Raises SettingsError as starting would."""
    told = load_site_settings(settings.site, settings)
    for title, lines in _describe(settings, told):
        print(f"{title}\n" + "".join(f"  {line}\n" for line in lines))
    found = list(dangers(settings, told))
    print(
        "Dangerous\n" + "".join(f"  {line}\n" for line in found or ["Nothing that this command knows of."]), end=""
    )
    return int(bool(found))


def _describe(settings: Settings, told: SiteSettings) -> Iterator[tuple[str, list[str]]]:
    yield "Where it listens", _listening(settings)
    yield "Who may use the models (/v1)", [_MODES[mode](settings) for mode in settings.access.mode]
    yield "Pages of other sites", _pages(settings, told)
    yield "Limits", _limits(settings)
    yield (
        "Models",
        [_upstream(each) for each in settings.upstreams] or ["None: recorded tasks only."],
    )
    yield "Metrics and log lines", _observed(settings)
    yield "A stranger on the network", [_stranger(settings)]


def _listening(settings: Settings) -> list[str]:
    where = f"{settings.host}, port {settings.port}"
    lines = [
        f"On {where}: "
        + ("other machines can reach it." if is_reachable(settings.host) else "this machine alone.")
    ]
    if settings.public_url:
        lines.append(
            f"Browsers find it at {settings.public_url}; no other name but this machine's own is answered."
        )
    elif is_reachable(settings.host):
        lines.append("It speaks plain http: on its way all can be read, tokens included.")
    if settings.access.trusted_proxies:
        lines.append(f"Proxies that are believed: {', '.join(settings.access.trusted_proxies)}.")
    return lines


_MODES: dict[Mode, Callable[[Settings], str]] = {
    "open": lambda settings: "Everybody on this machine, without a word (open).",
    "token": lambda settings: "Whoever sends the shared token (token).",
    "session": lambda settings: (
        "Whoever has one of our pages open in a browser, without signing in (session); cookies live "
        f"{settings.access.session.minutes:g} minutes."
    ),
    "header": lambda settings: (
        f"Whomever {', '.join(settings.access.trusted_proxies)} names in {settings.access.header.name} (header)."
    ),
    "jwt": lambda settings: _signed(settings.access.jwt),
}


def _signed(jwt: Jwt | None) -> str:
    return f"Whoever has a token for {jwt.audience} signed by {jwt.issuer} (jwt)." if jwt else ""


def _pages(settings: Settings, told: SiteSettings) -> list[str]:
    lines = [
        f"May embed the widget: {_named(told.widget_origins, 'every site', 'none')}.",
        f"May call /v1 with a token: {_named(settings.access.origins, 'every site', 'none')}.",
    ]
    if told.widget_origins and "session" in settings.access.mode:
        lines.append(
            "For the widget the session's cookie is Secure: it takes https, or a browser on this machine."
        )
    return lines


def _named(origins: Iterable[str], everybody: str, nobody: str) -> str:
    origins = list(origins)
    return everybody if "*" in origins else ", ".join(origins) or nobody


def _limits(settings: Settings) -> list[str]:
    quotas = settings.quotas
    lines = [
        f"Each caller: {_share(quotas.per_identity)}.",
        f"Each network address: {_share(quotas.per_address)}.",
    ]
    if quotas.per_identity == quotas.per_address == Share():
        return lines
    if quotas.redis_url:
        parts = urlsplit(quotas.redis_url)
        lost = "counting goes on here" if quotas.on_loss == "memory" else "callers are refused"
        lines.append(f"Counted in Redis at {parts.hostname}:{parts.port or 6379}; while it is lost, {lost}.")
    elif settings.workers > 1:
        lines.append(
            f"Counted by each of {settings.workers} workers for itself: up to {settings.workers} times as much."
        )
    else:
        lines.append("Counted in this process: a restart begins anew.")
    if quotas.per_identity.dollars or quotas.per_address.dollars:
        lines += [_unpriced(each) for each in settings.upstreams if not set(each.models) <= set(each.price)]
    return lines


def _unpriced(upstream: Upstream) -> str:
    names = ", ".join(sorted(set(upstream.models) - set(upstream.price)))
    return f"No price is known for {names} of {upstream.name}: dollars do not limit it."


def _share(share: Share) -> str:
    rates: list[tuple[Rate | None, str]] = [(share.requests, "requests"), (share.tokens, "tokens")]
    said = [f"{rate.amount:,} {what} {_window(rate)}" for rate, what in rates if rate]
    said += [f"{share.streams} at once"] if share.streams else []
    said += [f"${share.dollars.amount} {_window(share.dollars)}"] if share.dollars else []
    return ", ".join(said) or "no limit"


def _window(rate: Rate) -> str:
    article = "an" if rate.unit == "hour" else "a"
    return f"{article} {rate.unit}" if rate.times == 1 else f"in {rate.times} {rate.unit}s"


def _upstream(upstream: Upstream) -> str:
    key = "its key is set" if upstream.api_key else "no key is set"
    models = ", ".join((*upstream.models, *upstream.aliases)) or "whatever it offers"
    return f"{upstream.name} at {upstream.host} ({upstream.dialect}), {key}: {models}."


def _observed(settings: Settings) -> list[str]:
    return [
        "/healthz and /readyz answer everybody; /metrics "
        + ("wants its token." if settings.metrics.token else "is not there."),
        "Log lines hold prompts and replies."
        if settings.logs.bodies
        else "Log lines hold no prompts, replies or keys.",
    ]


def _stranger(settings: Settings) -> str:
    if not is_reachable(settings.host) and not settings.public_url:
        return "Cannot reach this server, unless a program on this machine passes on what is sent to it."
    way = "" if is_reachable(settings.host) else "If your proxy lets them through: "
    if not {"open", "session"} & set(settings.access.mode):
        spend = "cannot use the models"
    else:
        limited = settings.quotas.per_address != Share()
        spend = "can use the models" + (" within the limits above" if limited else "")
    return f"{way}Can open the pages, which run recorded tasks and models in their own browser; {spend}."
