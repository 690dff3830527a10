"""What is measured: our relay as an operator would run it, LiteLLM's proxy, and nginx as the limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_proxy.processes import Running, free_port, running
from support.nginx import find_nginx

__all__ = ["CHAT", "TOKEN", "generator", "litellm", "nginx", "ours"]

TOKEN = "bench-token-0123456789"
KEY = "sk-bench-0123456789abcdef"
CHAT = "/v1/chat/completions"
_HERE = Path(__file__).parent
_OURS = """
port = {port}
workers = 2
site = "{site}"
[[upstream]]
base_url = "http://127.0.0.1:{upstream}/v1"
api_key_env = "BENCH_KEY"
models = ["bench"]
price = {{ bench = {{ input = 0.15, output = 0.60 }} }}
[limits]
connections = 2000
[access]
mode = "token"
token_env = "BENCH_TOKEN"
[quotas]
per_identity = {{ requests = "10000/second", streams = 9999, tokens = "1000000000/day", dollars = "9999/day" }}
per_address = {{ requests = "10000/second", streams = 9999 }}
[metrics]
token_env = "BENCH_TOKEN"
"""
_LITELLM = """
model_list:
  - model_name: bench
    litellm_params:
      model: openai/bench
      api_base: http://127.0.0.1:{upstream}/v1
      api_key: {key}
general_settings:
  master_key: {token}
"""
_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream model {{ server 127.0.0.1:{upstream}; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""


@contextmanager
def generator(folder: Path, seconds: float) -> Iterator[Running]:
    """The upstream, which gives one token every so many ``seconds``."""
    port = free_port()
    command = [sys.executable, str(_HERE / "generator.py"), str(port), str(seconds)]
    with running(command, port, folder) as started:
        yield started


@contextmanager
def ours(folder: Path, upstream: int, site: Path) -> Iterator[Running]:
    """``codeact-web serve`` with a token, quotas and metrics, a worker for each of two cores."""
    port = free_port()
    config = folder / "codeact.toml"
    config.write_text(_OURS.format(port=port, site=site, upstream=upstream))
    command = [sys.executable, "-m", "codeact_server", "serve", "--config", str(config)]
    with running(command, port, folder, {"BENCH_KEY": KEY, "BENCH_TOKEN": TOKEN}) as started:
        started.wait_until_said("codeact-web is at")  # all workers are there; the port was before them
        yield started


@contextmanager
def litellm(folder: Path, upstream: int, program: Path) -> Iterator[Running]:
    """LiteLLM's proxy with the same upstream, one worker."""
    port = free_port()
    config = folder / "litellm.yaml"
    config.write_text(_LITELLM.format(upstream=upstream, key=KEY, token=TOKEN))
    command = [
        str(program),
        "--config",
        str(config),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--telemetry",
        "False",
    ]
    with running(
        command, port, folder, {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    ) as started:
        yield started


@contextmanager
def nginx(folder: Path, upstream: int) -> Iterator[Running]:
    """nginx's proxy_pass, unbuffered."""
    path = find_nginx()
    if path is None:
        raise RuntimeError("nginx is missing: make setup-engines")
    port = free_port()
    place = folder / "nginx"
    place.mkdir(exist_ok=True)
    user = "user root;" if os.geteuid() == 0 else ""
    config = place / "nginx.conf"
    config.write_text(_NGINX.format(folder=place, user=user, upstream=upstream, port=port))
    with running([path, "-c", str(config)], port, folder) as started:
        yield started
