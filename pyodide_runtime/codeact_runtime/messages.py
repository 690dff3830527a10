"""The protocol of web/sandbox/protocol.js in Python: message types and their fields.

tests/unit/test_protocol.py holds this, protocol.js and docs/protocol.md to each other.
"""

from __future__ import annotations

__all__ = ["EVENTS", "PROTOCOL_VERSION", "REQUESTS"]

PROTOCOL_VERSION = 4

REQUESTS: dict[str, tuple[str, ...]] = {
    "start": ("version", "limits", "hardened"),
    "asset": ("name", "data"),
    "set_tools": ("request_id", "tools", "prelude", "packages"),
    "run": ("run_id", "code", "time_ms", "approval"),
    "interrupt": ("run_id",),
    "tool_result": ("run_id", "call_id", "value", "error"),
    "install": ("run_id", "packages", "error"),
    "approve": ("run_id", "approved", "code", "reason"),
    "write_file": ("request_id", "path", "data"),
    "delete_file": ("request_id", "path"),
    "read_file": ("request_id", "path"),
    "list_files": ("request_id",),
    "checkpoint": ("request_id",),
    "restore": ("request_id", "checkpoint", "packages"),
    "reset": (),
}

EVENTS: dict[str, tuple[str, ...]] = {
    "booting": ("step",),
    "ready": ("boot_ms", "from_image", "can_block", "can_interrupt", "python"),
    "output": ("run_id", "chunks"),
    "displayed": ("run_id", "bundle"),
    "tool_called": ("run_id", "call_id", "name", "arguments"),
    "packages_needed": ("run_id", "names"),
    "installed": ("run_id",),
    "approval_needed": ("run_id", "card"),
    "memory": ("bytes", "limit_bytes", "refused"),
    "finished": ("run_id", "result"),
    "tools_set": ("request_id", "tools", "needed"),
    "file": ("request_id", "path", "data"),
    "files": ("request_id", "files"),
    "checkpointed": (
        "request_id", "names", "variables", "modules", "lost", "files", "changed_files", "packages", "sources",
        "execution_count", "complete",
    ),
    "restored": ("request_id", "names", "lost"),
    "refused": ("request_id", "error"),
    "failed": ("error",),
}  # fmt: skip
