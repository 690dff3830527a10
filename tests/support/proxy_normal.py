"""Normal requests beside an attack: what they took is what the attack cost everybody else."""

from __future__ import annotations

import json
import threading
import time

import httpx

__all__ = ["Normal"]


class Normal:
    """A context manager: asks for the models again and again while it lasts, and for words with ``chat``."""

    def __init__(self, url: str, token: str) -> None:
        self.slowest = 0.0
        self._ids: set[str] = set()
        self._client = httpx.Client(
            base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=30, trust_env=False, verify=False
        )
        self._ended = threading.Event()
        self._failures: list[str] = []
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Normal:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()
        assert self._failures == []

    def chat(self) -> str:
        """A whole chat still works; gives its request's id. Raises AssertionError otherwise."""
        body = {"model": "well", "messages": [{"role": "user", "content": "hi"}]}
        response = self._client.post("/v1/chat/completions", json=body)
        request_id: str = response.headers["x-request-id"]
        self._ids.add(request_id)
        assert response.status_code == 200, response.text
        self._client.close()
        return request_id

    def without_own(self, log: str) -> str:
        """Log lines of others than these requests."""
        lines = [line for line in log.splitlines() if json.loads(line).get("request_id") not in self._ids]
        return "\n".join(lines)

    def _ask(self) -> None:
        while not self._ended.is_set():
            started = time.monotonic()
            try:
                response = self._client.get("/v1/models")
                self._ids.add(response.headers["x-request-id"])
                if response.status_code != 200:
                    self._failures.append(response.text)
            except httpx.HTTPError as error:
                self._failures.append(repr(error))
            self.slowest = max(self.slowest, time.monotonic() - started)
            self._ended.wait(0.05)
