"""A real nginx with a configuration of docs/examples, its addresses and folders replaced by the test's."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["EXAMPLES", "find_nginx", "free_port", "running_nginx"]

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log {folder}/access.log;
    default_type application/octet-stream;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/example.conf;
}}
"""


def find_nginx() -> str | None:
    """Its path; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running_nginx(folder: Path, name: str, port: int, replaced: dict[str, str]) -> Iterator[str]:
    """The address of ``docs/examples/nginx/NAME``, with ``port`` for 8080 and each ``replaced`` text."""
    nginx = find_nginx()
    assert nginx, "nginx is missing: make setup-engines"
    text = (EXAMPLES / "nginx" / name).read_text()
    for old, new in {"listen 8080": f"listen 127.0.0.1:{port}", **replaced}.items():
        assert old in text, f"{name} does not say {old}"
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "example.conf").write_text(text)
    shutil.copy("/etc/nginx/mime.types", folder)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))
    process = subprocess.Popen([nginx, "-p", folder, "-c", folder / "nginx.conf"])
    try:
        _wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("nginx did not start; its reason is above")
