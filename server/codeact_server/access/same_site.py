"""Refuses what another site's page had the browser send, where the browser itself is what lets a caller in.

A cookie, a proxy's sign-in and an open door go along with any request a browser can be made to send. Three things
tell whose page sent it, and a page can forge none: ``Origin`` (RFC 6454), ``Sec-Fetch-Site`` (W3C Fetch Metadata)
and a content type that no form and no request without preflight can have.
"""

from __future__ import annotations

from starlette.datastructures import Headers

from codeact_server.errors import AccessError, RequestError

__all__ = ["check_sent_by_our_page"]

_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")


def check_sent_by_our_page(method: str, headers: Headers, own_origin: str, *, only_browsers: bool) -> None:
    """Raise AccessError if a page of another origin sent it, RequestError if a form could have.

    ``only_browsers``: what lets the caller in is a cookie, which nobody but a browser has; a request that changes
    something must then say that it comes from our page. Without it, silence is a program's and passes.
    """
    origins = headers.getlist("origin")
    changes = method not in ("GET", "HEAD")
    if any(origin.lower() != own_origin for origin in origins) or len(origins) > 1:
        raise _foreign()
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin" and (changes or site != "none"):
        raise _foreign()
    if not changes:
        return
    if only_browsers and not origins:
        raise _foreign()
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in _FORM_TYPES or (only_browsers and media_type != "application/json"):
        raise RequestError(415, "not_json", "The content type must be application/json.")


def _foreign() -> AccessError:
    return AccessError(403, "foreign_origin", "Another site's page may not use this server.")
