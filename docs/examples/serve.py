"""Serve the examples on http://127.0.0.1:8001, and the agent that they embed on http://127.0.0.1:8000.

    python docs/examples/serve.py [MODEL.gguf]

With a GGUF file the example `local_model` has a model. Run by `make examples`.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import serve
from codeact_server.settings import load_settings

EXAMPLES = Path(__file__).resolve().parent
PORT = 8001


class Handler(SimpleHTTPRequestHandler):
    """A folder of pages; beside it npm's packages at /npm/, and at /agent/ the site as a static host has it."""

    def __init__(self, *args: Any, pages: Path, site: Path, model: Path | None, **more: Any) -> None:
        self._places = {
            "/agent/site.json": pages / "local_model" / "site.json",
            "/agent/models/small.gguf": model or pages / "no_model",
            "/agent": site,
            "/npm": EXAMPLES.parents[1] / "node_modules",
            "": pages,
        }
        super().__init__(*args, **more)

    def translate_path(self, path: str) -> str:
        """Where it lies."""
        prefix = next(each for each in self._places if path.startswith(each))
        self.directory = str(self._places[prefix])
        return super().translate_path(path.removeprefix(prefix)).rstrip("/")

    def log_message(self, format: str, *args: object) -> None:
        """Only the agent's server speaks."""


def main() -> int:
    """Serve until Ctrl+C."""
    model = Path(sys.argv[1]).resolve() if sys.argv[1:] else None
    site = find_site()
    handler = partial(Handler, pages=EXAMPLES, site=site, model=model)
    with ThreadingHTTPServer(("127.0.0.1", PORT), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"The examples are on http://127.0.0.1:{PORT}, the agent that they embed on:", flush=True)
        return serve(
            load_settings(site=site, host="127.0.0.1", port=8000, widget_origins=(f"http://127.0.0.1:{PORT}",))
        )


if __name__ == "__main__":
    raise SystemExit(main())
