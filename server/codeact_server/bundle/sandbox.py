"""The sandbox's part of the site: worker, Pyodide, runtime, boot image, frames, limits, and their manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codeact_runtime.limits import Limits

from codeact_server.bundle.archive import installed_package, zip_package
from codeact_server.bundle.bandit_rules import bandit_rules
from codeact_server.bundle.image import make_image
from codeact_server.bundle.javascript import bundle_worker, minify_script
from codeact_server.bundle.output import Output
from codeact_server.bundle.source import Source
from codeact_server.bundle.sparse import pack
from codeact_server.policy import display_csp, frame_csp

__all__ = ["pack_runtime", "write_sandbox"]


def write_sandbox(source: Source, out: Output) -> dict[str, Any]:
    """Write ``sandbox/`` but for the packages; gives its manifest, which ``write_packages`` completes."""
    runtime = pack_runtime(source)
    image = _cached_image(source, runtime, source.root / "build" / "cache")
    files = {
        "worker": ("worker.js", bundle_worker(source)),
        "wasm": ("pyodide.wasm", (source.pyodide / "pyodide.asm.wasm").read_bytes()),
        "stdlib": ("stdlib.zip", (source.pyodide / "python_stdlib.zip").read_bytes()),
        "runtime": ("runtime.zip", runtime),
        "image": ("image.bin", pack(image)),
    }
    assets = {key: out.write_hashed(f"sandbox/assets/{name}", data) for key, (name, data) in files.items()}
    csp = {name: _write_frame(source, out, name) for name in ("frame", "display")}
    out.write("sandbox/limits.json", json.dumps(asdict(Limits()), indent=2).encode())
    return {
        "assets": {key: name.removeprefix("sandbox/") for key, name in assets.items()},
        "bytes": {key: len(data) for key, (_, data) in files.items()},
        "csp": {f"{name}.html": policy for name, policy in csp.items()},
    }


def pack_runtime(source: Source) -> bytes:
    """The runtime's zip, with the one package it needs in every bundle."""
    return zip_package(source.runtime, installed_package("cloudpickle"), others=bandit_rules())


def _write_frame(source: Source, out: Output, name: str) -> str:
    folder = source.web / "sandbox"
    script = minify_script(source, folder / f"{name}.js")
    policy = frame_csp(script) if name == "frame" else display_csp(script)
    page = (folder / f"{name}.html").read_text().replace("{{csp}}", policy)
    out.write(f"sandbox/{name}.html", page.replace("{{script}}", script.decode()).encode())
    return policy


def _cached_image(source: Source, runtime: bytes, cache: Path) -> bytes:
    """An image differs from run to run; keep one as long as what it is made from stays the same."""
    maker = (source.web / "sandbox" / "image_maker.mjs").read_bytes()
    version = (source.pyodide / "package.json").read_bytes()
    wanted = cache / f"image-{hashlib.sha256(maker + version + runtime).hexdigest()[:16]}.bin"
    if not wanted.is_file():
        image = make_image(source, runtime)
        cache.mkdir(parents=True, exist_ok=True)
        for stale in cache.glob("image-*.bin"):
            stale.unlink()
        wanted.write_bytes(image)
    return wanted.read_bytes()
