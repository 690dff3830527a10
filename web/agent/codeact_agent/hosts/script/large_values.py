"""A tool's value that does not fit in a message becomes a file in the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeact_agent.hosts.script.sandbox import BrowserSandbox

__all__ = ["keep_large"]

_PREVIEW = 500


async def keep_large(sandbox: BrowserSandbox, name: str, text: str) -> dict[str, Any]:
    """``{file, bytes, preview}``, which stands for ``text`` (JSON).

    Raises ValueError where it does not even fit in a file.
    """
    limits = sandbox.told["limits"]
    data = text.encode()
    if len(data) > limits["file_mb"] * 2**20:
        raise ValueError(
            f"{name}() returned {len(data)} bytes; at most {limits['file_mb']} MB fit. Ask for less of it."
        )
    path = await sandbox.write_new_file(f"/data/tool_results/{name}", ".json", data)
    return {"file": path, "bytes": len(data), "preview": text[:_PREVIEW]}
