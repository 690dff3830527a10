"""Turn Python values into MIME bundles, as Jupyter does: by the ``_repr_*_`` methods, then ``repr``."""

from __future__ import annotations

import base64
import json
from typing import Any

from codeact_runtime.pictures import why_not_shown
from codeact_runtime.truncation import truncate

__all__ = ["HTML", "SVG", "Image", "mime_bundle"]

Bundle = dict[str, str]

_METHODS = {
    "_repr_html_": "text/html",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_markdown_": "text/markdown",
}


class HTML:
    """``display(HTML("<b>…</b>"))`` shows markup; it is rendered without scripts."""

    def __init__(self, data: str) -> None:
        self.data = str(data)

    def _repr_html_(self) -> str:
        return self.data

    def __repr__(self) -> str:
        return f"HTML of {len(self.data):,} characters"


class SVG:
    """``display(SVG("<svg …>"))`` draws a picture."""

    def __init__(self, data: str) -> None:
        self.data = str(data)

    def _repr_svg_(self) -> str:
        return self.data

    def __repr__(self) -> str:
        return f"SVG of {len(self.data):,} characters"


class Image:
    """``display(Image(png_bytes))`` shows PNG or JPEG bytes, or what else pictures.py can read."""

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)

    def _repr_mimebundle_(self) -> dict[str, bytes]:
        return {"image/jpeg" if self.data[:2] == b"\xff\xd8" else "image/png": self.data}

    def __repr__(self) -> str:
        return f"Image of {len(self.data):,} bytes"


def mime_bundle(value: object, limit: int, most: int | None = None) -> Bundle:
    """All forms of ``value``; ``text/plain`` is always there, at most about ``limit`` characters.

    Binary forms are base64. With ``most``, forms of more characters are left out, and so are pictures that
    cannot be shown; ``text/plain`` says why. Raises whatever the value's own ``__repr__`` raises.
    """
    bundle: Bundle = {"text/plain": value if isinstance(value, str) else repr(value)}
    if not isinstance(value, type):
        bundle.update({mime: _encoded(data) for mime, data in _rich_forms(value) if data is not None})
    plain = truncate(bundle["text/plain"], limit, "look at a slice")
    for mime, data in list(bundle.items()):
        if most is None or mime == "text/plain":
            continue
        refused = why_not_shown(mime, data) if len(data) <= most else None
        plain += f"\n[not shown: {refused}]" if refused else ""
        if refused or len(data) > most:
            del bundle[mime]
    return bundle | {"text/plain": plain}


def _encoded(data: Any) -> str:
    if isinstance(data, bytes):
        return base64.b64encode(data).decode()
    return json.dumps(data) if isinstance(data, (dict, list)) else str(data)


def _rich_forms(value: object) -> list[tuple[str, Any]]:
    combined = getattr(value, "_repr_mimebundle_", None)
    if callable(combined):
        data = combined()
        data = data[0] if isinstance(data, tuple) else data
        return list(data.items()) if isinstance(data, dict) else []
    forms = []
    for method, mime in _METHODS.items():
        render = getattr(value, method, None)
        if callable(render):
            forms.append((mime, render()))
    return forms
