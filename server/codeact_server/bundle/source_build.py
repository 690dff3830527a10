"""Build a local package into a wheel: a pure one with ``build``, one with compiled code with pyodide-build."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.target import Target

__all__ = ["build_wheel"]

_EPOCH = "315532800"  # 1980-01-01, the earliest a zip can tell: backends take it as the date of every file


def build_wheel(project: Path, out: Path, target: Target) -> Path:
    """The wheel of the Python project in the folder ``project``, written into ``out``, a new folder.

    The project's own build code runs on this machine. Raises BundleError if it fails, or if the package
    holds compiled code and pyodide-build cannot run here.
    """
    if not any((project / name).is_file() for name in ("pyproject.toml", "setup.py")):
        raise BundleError(f"{project} is not a Python project: it has no pyproject.toml.")
    done = _run("-m", "build", "--wheel", "--outdir", str(out), str(project.resolve()))
    wheels = list(out.glob("*.whl"))
    if done.returncode == 0 and wheels and wheels[0].name.endswith("-any.whl"):
        return wheels[0]
    if find_spec("pyodide_build") is None:
        if done.returncode or not wheels:
            raise BundleError(f"{project} could not be built.\n{_tail(done)}")
        raise BundleError(
            f"{project} holds compiled code, which only pyodide-build can build for {target}. "
            f"It needs Python 3.12 or newer, and this is {platform.python_version()}: "
            "install codeact-web[build] there, or give a wheel that was built elsewhere with --wheel."
        )
    for wheel in wheels:
        wheel.unlink()
    compiled = _run("-m", "pyodide_cli", "build", str(project.resolve()), "--outdir", str(out.resolve()))
    wheels = list(out.glob("*.whl"))
    if compiled.returncode or not wheels:
        raise BundleError(f"pyodide-build could not build {project}.\n{_tail(compiled)}")
    return wheels[0]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"SOURCE_DATE_EPOCH": _EPOCH, **os.environ}
    # -P: a folder called build where we are called is not the library.
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _tail(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stdout + done.stderr)[-2000:].strip()
