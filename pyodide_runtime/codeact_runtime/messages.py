"""The protocol of web/sandbox/protocol.js in Python: message types and their fields.

tests/unit/test_protocol.py holds this, protocol.js and docs/protocol.md to each other.
"""

from __future__ import annotations

__all__ = ["EVENTS", "PROTOCOL_VERSION", "REQUESTS"]

PROTOCOL_VERSION = 1

REQUESTS: dict[str, tuple[str, ...]] = {
    "start": ("version", "limits"),
    "asset": ("name", "data"),
    "set_tools": ("tools",),
    "run": ("run_id", "code", "time_ms"),
    "interrupt": ("run_id",),
    "tool_result": ("run_id", "call_id", "value", "error"),
    "reset": (),
}

EVENTS: dict[str, tuple[str, ...]] = {
    "booting": ("step",),
    "ready": ("boot_ms", "from_image", "can_block", "can_interrupt", "python"),
    "output": ("run_id", "chunks"),
    "displayed": ("run_id", "bundle"),
    "tool_called": ("run_id", "call_id", "name", "arguments"),
    "finished": ("run_id", "result"),
    "failed": ("error",),
}
