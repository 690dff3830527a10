"""What of a bundle is the operator's: whom the pages may ask, and the files that are edited where they lie."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeact_server.addresses import check_origin, check_widget_origin
from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.output import EDITED
from codeact_server.policy import ANY_HTTPS_OR_LOOPBACK, page_csp, with_policy

__all__ = ["Access", "EditedFiles"]

_NONE = "none"
_SETTINGS = "site.json"
_LIMITS = "sandbox/limits.json"


@dataclass(frozen=True)
class Access:
    """Whom the pages may ask, and who may embed the widget.

    ``connect`` are origins, ``none`` alone stands for the bundle's own; empty: any https service and this
    machine.
    ``widget_origins`` are origins or ``*``; empty: what ``site.json`` says.
    """

    connect: tuple[str, ...] = ()
    widget_origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for option, values, check in (
            ("--connect", () if self.is_closed else self.connect, check_origin),
            ("--widget-origin", self.widget_origins, check_widget_origin),
        ):
            for value in values:
                try:
                    check(value)
                except ValueError as error:
                    raise BundleError(f"{option}: {value!r} {error}.") from error

    @property
    def is_closed(self) -> bool:
        """Whether the pages may ask nobody but the bundle's own host."""
        return self.connect == (_NONE,)

    def page(self, html: bytes) -> bytes:
        """A page with the policy that follows."""
        policy = page_csp(connect=() if self.is_closed else self.connect or ANY_HTTPS_OR_LOOPBACK)
        return with_policy(html.decode(), policy).encode()

    def changes(self) -> dict[str, Any]:
        """What must stand in ``site.json`` for it."""
        origins = {"widget_origins": list(self.widget_origins)} if self.widget_origins else {}
        return {**origins, **({"own_endpoint": False} if self.is_closed else {})}


class EditedFiles:
    """The operator's files as a bundle will hold them: those in ``out`` already stay, others come from ``core``.

    Only what an option names is changed in them, and limits that are new are added, since a sandbox needs all.
    Raises BundleError for one that is not JSON.
    """

    def __init__(self, core: Path, out: Path, access: Access) -> None:
        self.contents: dict[str, bytes] = {}
        self.kept: list[str] = []
        """Names of those that differ from the core's."""
        for name in EDITED:
            if not (core / name).is_file():
                continue
            usual = (core / name).read_bytes()
            there = (out / name).read_bytes() if (out / name).is_file() else usual
            changes = access.changes() if name == _SETTINGS else {}
            defaults = _object(usual, core / name) if name == _LIMITS else {}
            self.contents[name] = _changed(there, out / name, defaults, changes)
            if there != usual:
                self.kept.append(name)


def _changed(data: bytes, path: Path, defaults: dict[str, Any], changes: dict[str, Any]) -> bytes:
    """``data`` byte for byte, unless something in it has to be another."""
    found = _object(data, path)
    wanted = {**defaults, **found, **changes}
    return data if wanted == found else (json.dumps(wanted, indent=2, ensure_ascii=False) + "\n").encode()


def _object(data: bytes, path: Path) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise BundleError(
            f"{path} is not valid JSON ({error}): mend it, or delete it for the usual one."
        ) from error
    if not isinstance(found, dict):
        raise BundleError(f"{path} must hold one JSON object: mend it, or delete it for the usual one.")
    return found
