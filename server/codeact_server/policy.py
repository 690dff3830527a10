"""The content security policies of the site's HTML files, for the bundler and for the server's headers."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

__all__ = ["ANY_HTTPS_OR_LOOPBACK", "display_csp", "frame_csp", "page_csp", "with_policy"]

ANY_HTTPS_OR_LOOPBACK = ("https:", "http://localhost:*", "http://127.0.0.1:*")
"""What a page may ask where the person names the endpoint: any service, and models on the same machine."""
_META = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(">)')


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


def frame_csp(script: bytes) -> str:
    """The sandbox's: its own script and WebAssembly, a worker from memory, and no network at all."""
    return (
        f"default-src 'none'; script-src {_hash(script)} 'wasm-unsafe-eval'; "
        "worker-src blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def display_csp(script: bytes) -> str:
    """The output frame's: its own script for itself, inline styles and data: pictures for what it shows."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src 'unsafe-inline'; "
        "img-src data:; frame-src 'none'; base-uri 'none'; form-action 'none'"
    )


def page_csp(frames: str = "'self'", connect: Sequence[str] = ()) -> str:
    """The page's. PyScript calls Function, hence 'unsafe-eval'; models in the browser and the service worker
    are workers, hence worker-src; nothing else is loosened.

    A static host's page carries it in a meta element; our server sends it as a header, with ``frames``
    narrowed to the two frame files. ``connect`` are the other origins that tools of the page may ask.
    """
    asked = " ".join(("'self'", *connect))
    return (
        "default-src 'self'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'; style-src 'self'; "
        f"img-src 'self' data:; connect-src {asked}; frame-src {frames}; worker-src 'self' blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'none'"
    )


def with_policy(page: str, policy: str) -> str:
    """Give the HTML with ``policy`` in place of the one in its meta element; without one it stays as it is.

    >>> with_policy('<meta http-equiv="Content-Security-Policy" content="a">', "b")
    '<meta http-equiv="Content-Security-Policy" content="b">'
    """
    return _META.sub(lambda found: found[1] + policy + found[2], page, count=1)
