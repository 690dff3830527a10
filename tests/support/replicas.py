"""Two `codeact-web serve` behind nginx, by the recipe in docs/examples/nginx."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.nginx import EXAMPLES, free_port, running_nginx

__all__ = ["PASSWORD", "Replicas", "running_replicas"]

PASSWORD = ("ada", "analytical")
_HTPASSWD = "ada:{PLAIN}analytical\n"
_PLACES = {"one": "127.0.0.1:8001", "two": "127.0.0.1:8002"}


@dataclass
class Replicas:
    """The processes by name, and nginx' address before them. The upstream sees the name as X-Replica."""

    url: str
    processes: dict[str, subprocess.Popen[str]]


@contextmanager
def running_replicas(folder: Path, site: Path, upstream: str, changed: Mapping[str, str]) -> Iterator[Replicas]:
    """Run the recipe with ``site`` and ``upstream``, and replica.toml ``changed`` text by text."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/agent"
    usual = {
        "port = 8001": f'port = 0\nsite = "{site}"',
        "http://agent.example:8080/agent": url,
        "https://api.openai.com/v1": upstream,
    }
    with ExitStack() as stack:
        processes, replaced = {}, {}
        for name, place in _PLACES.items():
            told = f'models = ["scripted"]\nheaders = {{ X-Replica = "{name}" }}'
            text = (EXAMPLES / "nginx" / "replica.toml").read_text()
            for old, new in {**usual, 'api_key_env = "OPENAI_API_KEY"': told, **changed}.items():
                assert old in text, f"replica.toml does not say {old}"
                text = text.replace(old, new)
            config = folder / f"{name}.toml"
            config.write_text(text)
            own, process = _start(config)
            stack.callback(process.communicate)
            stack.callback(process.terminate)
            processes[name], replaced[place] = process, f"127.0.0.1:{own}"
        (folder / "htpasswd").write_text(_HTPASSWD)
        replaced["/etc/nginx/codeact.htpasswd"] = str(folder / "htpasswd")
        stack.enter_context(running_nginx(folder / "nginx", "replicas.conf", port, replaced))
        yield Replicas(url, processes)


def _start(config: Path) -> tuple[int, subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-m", "codeact_server", "serve", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r":(\d+)$", process.stdout.readline().strip())
    assert found, "the replica did not start"
    return int(found[1]), process
