"""How an attempt can fail before the first byte of an answer, and what may follow: see docs/adr/0034."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import time

import aiohttp
import httpx

from codeact_server.errors import UpstreamError, UpstreamKeyError
from codeact_server.upstreams.address_guard import PrivateAddressError

__all__ = ["FailedError", "not_an_api", "of_exception", "of_key", "of_refusal", "of_silence", "seconds_asked_for"]

# Said for a moment's trouble. 409 is not among them: it says that the request itself is in conflict.
_PASSING = {408, 429, 500, 502, 503, 504, 529}
_BUSY = 429


class FailedError(Exception):
    """One attempt that brought no byte. ``error`` is what the caller is told if nothing else follows.

    ``again``: the same upstream may be asked once more; ``elsewhere``: another one may be; ``sick``: the breaker
    counts it; ``wait``: seconds the upstream asked for; ``asked``: False where it was not asked at all.
    """

    def __init__(
        self,
        error: UpstreamError,
        *,
        again: bool = False,
        elsewhere: bool = False,
        sick: bool = False,
        wait: float | None = None,
        asked: bool = True,
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again
        self.elsewhere = elsewhere
        self.sick = sick
        self.wait = wait
        self.asked = asked


def of_refusal(error: UpstreamError, headers: httpx.Headers) -> FailedError:
    """An answer of 4xx or 5xx. Another upstream is asked only where the fault may be this one's: not for 400."""
    passing = error.status in _PASSING
    return FailedError(
        error,
        again=passing and headers.get("x-should-retry") != "false",
        elsewhere=passing,
        sick=passing and error.status != _BUSY,
        wait=seconds_asked_for(headers),
    )


def of_key(error: UpstreamKeyError) -> FailedError:
    """An answer of 401. Another upstream has another key."""
    return FailedError(error, elsewhere=True)


def not_an_api(got: str) -> FailedError:
    """An answer that no model's service gives."""
    hint = "Whoever runs this server should check its base_url, which usually ends in /v1."
    error = UpstreamError(502, "upstream_not_an_api", f"The model's provider gave {got}. {hint}")
    return FailedError(error, elsewhere=True, sick=True)


def of_silence() -> FailedError:
    """No connection or no first byte in time. That time is spent, so the same upstream is not asked again."""
    error = UpstreamError(504, "upstream_timeout", "The model's provider did not answer in time.")
    return FailedError(error, elsewhere=True, sick=True)


def of_exception(exc: Exception) -> FailedError:
    """What httpx or aiohttp raised. httpx-aiohttp calls most of it a ConnectTimeout, so the cause is looked at."""
    cause = exc.__cause__ if isinstance(exc, httpx.HTTPError) and exc.__cause__ else exc
    if isinstance(cause, aiohttp.ClientConnectorError) and isinstance(cause.os_error, PrivateAddressError):
        message = (
            "The model's provider is at a private address. Whoever runs this server must allow that with "
            "`private = true` in codeact.toml, if it is meant."
        )
        return FailedError(UpstreamError(502, "upstream_private", message), elsewhere=True)
    if isinstance(cause, aiohttp.ClientConnectorCertificateError):
        message = (
            "The model's provider shows a certificate that is not trusted here. Whoever runs this server can name "
            "its authority with `ca_file` in codeact.toml."
        )
        return FailedError(UpstreamError(502, "upstream_untrusted", message), elsewhere=True, sick=True)
    if isinstance(cause, (aiohttp.ServerTimeoutError, TimeoutError)):
        return of_silence()
    if isinstance(cause, aiohttp.ClientResponseError):
        return not_an_api("something that is not HTTP")
    message = "The model's provider could not be reached, or hung up without an answer."
    wrong = isinstance(cause, (aiohttp.ClientSSLError, aiohttp.InvalidURL))
    error = UpstreamError(502, "upstream_unreachable", message)
    return FailedError(error, again=not wrong, elsewhere=True, sick=True)


def seconds_asked_for(headers: httpx.Headers) -> float | None:
    """Give what ``retry-after-ms`` or ``retry-after`` (RFC 9110, 10.2.3: seconds or a date) says, or None."""
    milliseconds, text = headers.get("retry-after-ms", ""), headers.get("retry-after", "").strip()
    if milliseconds.isascii() and milliseconds.isdecimal():
        return int(milliseconds[:9]) / 1000
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, OverflowError):
        return None
