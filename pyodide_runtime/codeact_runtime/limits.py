"""The limits one conversation is held to: this is the one place where they and their defaults are written down.

The bundler puts them into the site as ``sandbox/limits.json``, where an operator may change them; the page
fetches that file, lets its callers lower them, and sends them with ``start``. docs/protocol.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

__all__ = ["Limits"]


@dataclass(frozen=True)
class Limits:
    """Milliseconds, characters, megabytes (2**20 bytes) and counts; all are of one step unless said otherwise.

    ``time_ms`` of the model's own code (waiting for tools is not counted), ``grace_ms`` from then until the
    page ends the worker; ``memory_mb`` of the interpreter's heap; ``recursion`` of Python's frames;
    ``code_chars`` of source; ``model_chars`` of each text the model gets; ``person_chars`` of output sent to
    the person, and ``person_chars_per_s`` of it in a second; ``messages_per_s`` from the worker;
    ``tool_calls``, and ``tool_chars`` of a call's arguments or value; ``display_items``, ``display_chars``
    of one and ``displays_chars`` of all; ``files`` kept in a conversation, ``file_mb`` of one, ``files_mb`` of
    all; ``variable_mb`` of one saved variable, ``checkpoint_mb`` of all; ``spare_workers``, 0 or 1, that wait
    in case one dies;
    ``approve_from``: the severity (1 low, 2 medium, 3 high) from which on a finding of the audit needs the
    person's leave, 4 for none.
    """

    time_ms: int = 30_000
    grace_ms: int = 3_000
    memory_mb: int = 512
    recursion: int = 1_000
    code_chars: int = 200_000
    model_chars: int = 10_000
    person_chars: int = 1_000_000
    person_chars_per_s: int = 200_000
    messages_per_s: int = 5_000
    tool_calls: int = 10_000
    tool_chars: int = 5_000_000
    display_items: int = 100
    display_chars: int = 2_000_000
    displays_chars: int = 8_000_000
    files: int = 1_000
    file_mb: int = 64
    files_mb: int = 128
    variable_mb: int = 16
    checkpoint_mb: int = 64
    spare_workers: int = 1
    approve_from: int = 4

    @classmethod
    def from_message(cls, values: dict[str, Any]) -> Limits:
        """Take the fields this side knows; the rest of ``values`` belongs to the page."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: int(value) for name, value in values.items() if name in known})
