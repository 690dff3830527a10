"""The site's runtime carries the rules the audit loads."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from codeact_server.bundle.archive import zip_package
from codeact_server.bundle.bandit_rules import bandit_rules

RUNTIME = Path(__file__).parents[2] / "pyodide_runtime" / "codeact_runtime"
_AUDIT = """
import ast, importlib.util
assert importlib.util.find_spec("bandit").submodule_search_locations[0].startswith({zip!r})
from codeact_runtime.audit import audit
from codeact_runtime.code_tree import collect
print([found["rule"] for found in audit(collect(ast.parse("eval(x); run(y, shell=True)")), "é")])
"""


def test_the_audit_runs_from_the_archive_alone(tmp_path: Path) -> None:
    archive = tmp_path / "runtime.zip"
    archive.write_bytes(zip_package(RUNTIME, others=bandit_rules()))
    code = _AUDIT.format(zip=str(archive))
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], env={"PYTHONPATH": str(archive)}, capture_output=True, text=True
    )
    assert ran.stderr == ""
    assert ran.stdout == "['B307', 'B604']\n"


def test_the_archive_holds_the_license_and_no_more_than_is_loaded(tmp_path: Path) -> None:
    archive = tmp_path / "runtime.zip"
    archive.write_bytes(zip_package(RUNTIME, others=bandit_rules()))
    with zipfile.ZipFile(archive) as packed:
        names = [name for name in packed.namelist() if name.startswith("bandit/")]
        assert b"Apache License" in packed.read("bandit/LICENSE")
        assert sum(packed.getinfo(name).file_size for name in names) < 160_000
    assert names == sorted(names)
    assert len(names) == 22
