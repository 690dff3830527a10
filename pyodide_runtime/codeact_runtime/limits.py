"""The limits one run is held to. The page sends them with ``start``; these are the defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Milliseconds and characters.

    ``time_ms`` of the model's own code (waiting for tools is not counted), ``grace_ms`` from then until the
    page ends the worker; ``model_chars`` of each text the model gets, ``person_chars`` of output sent to the
    person, ``code_chars`` of source, ``display_chars`` of one shown item.
    """

    time_ms: int = 30_000
    grace_ms: int = 3_000
    model_chars: int = 10_000
    person_chars: int = 1_000_000
    code_chars: int = 200_000
    display_chars: int = 2_000_000

    @classmethod
    def from_message(cls, values: dict[str, Any]) -> Limits:
        """Take the fields this side knows; the rest of ``values`` belongs to the page."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: int(value) for name, value in values.items() if name in known})
