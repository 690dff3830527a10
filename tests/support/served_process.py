"""`codeact-web serve` as a process of its own, with its log lines and its memory to look at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ServedProcess", "served_process"]


@dataclass
class ServedProcess:
    """``url`` is where it listens. ``log`` is what it wrote to stderr, since ``forget`` was called."""

    url: str
    process: subprocess.Popen[str]
    _log: Path
    _forgotten: int = 0

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host, int(port)

    @property
    def log(self) -> str:
        return self._log.read_text()[self._forgotten :]

    def forget(self) -> None:
        """Leave out of ``log`` what stands in it now."""
        self._forgotten += len(self.log)

    def lines(self, count: int) -> list[str]:
        """``count`` log lines since ``forget``, once they are there: they are written after an answer was sent."""
        deadline = time.monotonic() + 10
        while len(found := self.log.splitlines()) < count:
            assert time.monotonic() < deadline, f"only {found}"
            time.sleep(0.01)
        return found

    def start_of_peak(self) -> int:
        """Measure the peak anew from here; gives the resident memory of now, in KB."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self._memory("VmRSS")

    @property
    def peak_kb(self) -> int:
        """The most resident memory since then."""
        return self._memory("VmHWM")

    def _memory(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{name}:\s+(\d+)", status)[0])


@contextmanager
def served_process(
    folder: Path, config: str, environ: Mapping[str, str] | None = None, *options: str
) -> Iterator[ServedProcess]:
    """Write ``config`` into ``folder`` and serve it on a free port; end it with SIGTERM, if it still runs."""
    (folder / "codeact.toml").write_text(config)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "codeact_server", "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=folder,
            env={**kept, **(environ or {})},
        )
    with process:
        assert process.stdout
        first = process.stdout.readline()
        found = re.fullmatch(r"codeact-web is at (http://\S+)\n", first)
        assert found, first + log.read_text()
        try:
            yield ServedProcess(found[1], process, log)
        finally:
            if process.poll() is None:
                process.terminate()
