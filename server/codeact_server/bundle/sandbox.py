"""The sandbox's part of the site: worker, Pyodide, runtime, boot image, frames, and their manifest."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from codeact_server.bundle.archive import zip_package
from codeact_server.bundle.image import make_image
from codeact_server.bundle.javascript import bundle_worker, minify_script
from codeact_server.bundle.output import Output
from codeact_server.bundle.source import Source
from codeact_server.bundle.sparse import pack
from codeact_server.policy import display_csp, frame_csp

__all__ = ["write_sandbox"]


def write_sandbox(source: Source, out: Output) -> None:
    """Write ``sandbox/`` but for the modules the page imports, which are copied as they are."""
    runtime = zip_package(source.runtime)
    image = _cached_image(source, runtime, source.root / "build" / "cache")
    files = {
        "worker": ("worker.js", bundle_worker(source)),
        "wasm": ("pyodide.wasm", (source.pyodide / "pyodide.asm.wasm").read_bytes()),
        "stdlib": ("stdlib.zip", (source.pyodide / "python_stdlib.zip").read_bytes()),
        "lock": ("pyodide-lock.json", _empty_lock(source)),
        "runtime": ("runtime.zip", runtime),
        "image": ("image.bin", pack(image)),
    }
    assets = {key: out.write_hashed(f"sandbox/assets/{name}", data) for key, (name, data) in files.items()}
    csp = {name: _write_frame(source, out, name) for name in ("frame", "display")}
    manifest = {
        "assets": {key: name.removeprefix("sandbox/") for key, name in assets.items()},
        "bytes": {key: len(data) for key, (_, data) in files.items()},
        "csp": {f"{name}.html": policy for name, policy in csp.items()},
    }
    out.write("sandbox/manifest.json", json.dumps(manifest, indent=2).encode())


def _write_frame(source: Source, out: Output, name: str) -> str:
    folder = source.web / "sandbox"
    script = minify_script(source, folder / f"{name}.js")
    policy = frame_csp(script) if name == "frame" else display_csp(script)
    page = (folder / f"{name}.html").read_text().replace("{{csp}}", policy)
    out.write(f"sandbox/{name}.html", page.replace("{{script}}", script.decode()).encode())
    return policy


def _empty_lock(source: Source) -> bytes:
    """Pyodide's lock file without packages: the core is all this bundle carries."""
    lock = json.loads((source.pyodide / "pyodide-lock.json").read_text())
    return json.dumps({**lock, "packages": {}}, sort_keys=True).encode()


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
