"""How much each caller may have, as the table ``[quotas]`` of codeact.toml says. Called by ``settings``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from limits import RateLimitItem
from limits.limits import GRANULARITIES
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from codeact_server.errors import SettingsError
from codeact_server.secret_settings import secret_of
from codeact_server.site_settings import Frozen

__all__ = ["MICRO", "QuotaSettings", "Rate", "Share", "parse_rate", "quotas_from"]

MICRO = 1_000_000
"""Micro-dollars in a dollar: money is counted in whole ones, since a sum of fractions drifts."""
_MOST_REQUESTS = 10_000  # each request of a window is remembered by its time
_RATE = re.compile(
    r"(?P<amount>[0-9]{1,12}(\.[0-9]{1,6})?) ?/ ?((?P<times>[1-9][0-9]{0,2}) ?)?(?P<unit>second|minute|hour|day)s?"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """``amount`` in ``times`` units of time, such as 1000000 in 1 day."""

    amount: Decimal
    times: int
    unit: Literal["second", "minute", "hour", "day"]

    def item(self, scale: int = 1) -> RateLimitItem:
        """Give it as the library counts it, in parts of ``scale``."""
        return GRANULARITIES[self.unit](int(self.amount * scale), self.times, "")


def parse_rate(value: object) -> object:
    """Read an amount over a time. Raises ValueError.

    >>> parse_rate("0.5/day"), parse_rate("10/5 minutes").times
    (Rate(amount=Decimal('0.5'), times=1, unit='day'), 5)
    """
    if isinstance(value, Rate):
        return value
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if match is None or not Decimal(match["amount"]):
        raise ValueError('must be an amount over a time, such as "60/minute", "5000/10 minutes" or "1000000/day"')
    return Rate(Decimal(match["amount"]), int(match["times"] or 1), match["unit"])  # type: ignore[arg-type]


def _check_whole(rate: Rate) -> Rate:
    if rate.amount != int(rate.amount):
        raise ValueError("must be a whole number over a time")
    return rate


def _check_requests(rate: Rate) -> Rate:
    if _check_whole(rate).amount > _MOST_REQUESTS:
        raise ValueError(f"must be at most {_MOST_REQUESTS} over a time; name a shorter time for more")
    return rate


def _check_store(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text == "memory":
        return value
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError('must be "memory", or an address such as redis://127.0.0.1:6379/0 (rediss:// with TLS)')
    if find_spec("redis") is None:
        raise ValueError('needs the Redis client: pip install "codeact-web[redis]"')
    return value


_Rate = Annotated[Rate, BeforeValidator(parse_rate)]


class Share(Frozen):
    """What one caller may have. What is None has no limit."""

    requests: Annotated[_Rate, AfterValidator(_check_requests)] | None = None
    streams: int | None = Field(default=None, gt=0)
    tokens: Annotated[_Rate, AfterValidator(_check_whole)] | None = None
    dollars: _Rate | None = None


class QuotaSettings(Frozen):
    """Limits, and where what was used is counted. ``on_loss``: what holds while that store does not answer."""

    store: Annotated[SecretStr, AfterValidator(_check_store)] = SecretStr("memory")
    on_loss: Literal["memory", "refuse"] = "memory"
    per_identity: Share = Share()
    per_address: Share = Share()

    @property
    def redis_url(self) -> str | None:
        """The store's address with its password, or None where this process counts."""
        url = self.store.get_secret_value()
        return None if url == "memory" else url


def quotas_from(table: dict[str, Any], path: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """Put the store's address in place of ``store_env``, the variable that holds it with its password."""
    table = dict(table)
    written = table.get("store")
    if isinstance(written, str):
        if "store_env" in table:
            raise SettingsError([f"{path}: `quotas` has both `store` and `store_env`; keep one."])
        if "@" in written:
            problem = "must not hold a password; name a variable with the whole address in `store_env`"
            raise SettingsError([f"{path}: `quotas.store` {problem}."])
        return table
    secret_of(table, "store_env", "store", "quotas.store_env", path, environ)
    return table
