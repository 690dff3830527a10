"""The site on a loopback port, with a scripted model behind it; any page may embed its widget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeact_server.serve import running_server
from codeact_server.settings import Settings

from codeact_web.testing.model import ScriptedModel

__all__ = ["Deployment", "running_deployment"]


@dataclass(frozen=True)
class Deployment:
    """Where it is: ``url`` without a slash at its end."""

    url: str

    @property
    def embed_url(self) -> str:
        """Of the script that defines ``<codeact-agent>``."""
        return f"{self.url}/embed.js"


@contextmanager
def running_deployment(
    site: Path, model: ScriptedModel, settings: Mapping[str, Any] | None = None
) -> Iterator[Deployment]:
    """Serve ``site`` until the block is left. ``settings`` are names and values as in codeact.toml.

    Raises ValidationError for a mistake in them.
    """
    upstream = {"name": "scripted", "base_url": model.base_url}
    given = {"site": site, "widget_origins": ("*",), "upstream": upstream, **(settings or {})}
    with running_server(Settings.model_validate(given)) as url:
        yield Deployment(url)
