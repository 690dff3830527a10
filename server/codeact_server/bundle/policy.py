"""The content security policies of the site's HTML files."""

from __future__ import annotations

import base64
import hashlib

__all__ = ["display_csp", "frame_csp", "page_csp"]


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


def page_csp() -> str:
    """The page's, for static hosts. PyScript calls Function, hence 'unsafe-eval'; nothing else is loosened.

    The server sends the same as a header, with ``frame-src`` narrowed to the two frame files.
    """
    return (
        "default-src 'self'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; worker-src 'none'; "
        "object-src 'none'; base-uri 'none'; form-action 'none'"
    )
