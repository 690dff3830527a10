"""Make the boot image in an installed Chromium, where no Node with JSPI is at hand."""

from __future__ import annotations

import base64
from pathlib import Path

from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.errors import BrowserMissing
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, sync_playwright

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.source import Source

__all__ = ["make_image_in_browser"]

_ORIGIN = "https://image.invalid"  # answered by route(), never by a network
_MAKE = """async () => {
  const { loadPyodide } = await import('/pyodide/pyodide.mjs');
  const { makeImage } = await import('/image_maker.mjs');
  const runtime = new Uint8Array(await (await fetch('/runtime.zip')).arrayBuffer());
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([await makeImage(loadPyodide, '/pyodide/', runtime)]));
  await new Promise((resolve) => { reader.onload = resolve; });
  return reader.result.slice(reader.result.indexOf(',') + 1);
}"""
_MAKER = "image_maker.mjs"


def make_image_in_browser(pyodide: Path, runtime_zip: bytes) -> bytes | None:
    """The image, or None where there is no Chromium with JSPI (137 or newer).

    ``pyodide`` is the folder of the npm package. Raises BundleError when the browser fails at it.
    """
    with sync_playwright() as playwright:
        try:
            path = find_browser(playwright.chromium.executable_path)
        except BrowserMissing:
            return None
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        try:
            page = browser.new_page()
            page.route("**/*", lambda route: _answer(route, pyodide, runtime_zip))
            page.goto(f"{_ORIGIN}/")
            return _make(page)
        finally:
            browser.close()


def _make(page: Page) -> bytes | None:
    if not page.evaluate("() => 'Suspending' in WebAssembly"):
        return None
    try:
        return base64.b64decode(page.evaluate(_MAKE))
    except PlaywrightError as error:
        raise BundleError(f"Making the boot image in the browser failed: {error.message[:2000]}") from error


def _answer(route: Route, pyodide: Path, runtime_zip: bytes) -> None:
    name = route.request.url.removeprefix(f"{_ORIGIN}/")
    types = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
    if not name:
        route.fulfill(body="<!doctype html>", content_type="text/html")
    elif name == "runtime.zip":
        route.fulfill(body=runtime_zip)
    else:
        path = Source.of_checkout().web / "sandbox" / _MAKER if name == _MAKER else pyodide / Path(name).name
        route.fulfill(path=path, content_type=types.get(path.suffix, "application/octet-stream"))
