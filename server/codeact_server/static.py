"""The built site, served from memory of what is on disk: types, compression, caching.

Mounted last by ``app``; whatever no file answers is a plain 404.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, cast
from wsgiref.headers import Headers

from servestatic.asgi import FileServerASGI, ServeStaticASGI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["static_files"]

# The library's 8 KiB cost a thread switch each: 0.5 s for a boot image of 31 MB, 0.02 s with this.
_BLOCK_BYTES = 256 * 1024
_HASHED_NAME = re.compile(r"\.[0-9a-f]{16}\.")
_MORE_TYPES = {
    ".bin": "application/octet-stream",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".toml": "application/toml",
    ".webmanifest": "application/manifest+json",
    ".whl": "application/zip",
}


def static_files(site: Path) -> ASGIApp:
    """Serve the files that ``site`` holds now; one rebuilt later is seen after a restart."""
    not_found = PlainTextResponse("Not found\n", 404)
    if not site.is_dir():
        return not_found
    return cast(
        ASGIApp,
        _Site(
            not_found,
            root=site,
            index_file=True,
            max_age=None,
            allow_all_origins=False,
            mimetypes=_MORE_TYPES,
            immutable_file_test=_is_hashed,
            add_headers_function=_add_validators,
        ),
    )


class _Site(ServeStaticASGI):  # type: ignore[misc]
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.files.get(scope["path"])
        if found is None:
            await self.application(scope, receive, send)
            return
        server = FileServerASGI(found)
        server.block_size = _BLOCK_BYTES
        await server(scope, receive, send)

    def add_file_to_dictionary(self, url: str, path: str, *args: Any, **kwargs: Any) -> None:
        if not any(part.startswith(".") for part in url.split("/")):
            super().add_file_to_dictionary(url, path, *args, **kwargs)


def _is_hashed(path: str, url: str) -> bool:
    return bool(_HASHED_NAME.search(url.rpartition("/")[2]))


def _add_validators(headers: Headers, path: str, url: str) -> None:
    """Let what has no hash in its name be asked for again, by content: wheels give all files one date.

    Weak, since the compressed sibling is answered under the same tag.
    """
    if _is_hashed(path, url):
        return
    digest = hashlib.blake2b(Path(path).read_bytes(), digest_size=12).hexdigest()
    headers["ETag"] = f'W/"{digest}"'
    headers["Cache-Control"] = "no-cache"
