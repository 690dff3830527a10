"""The npm package is what it says: it packs, it has types that hold, and a server without a DOM can import it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import brotli
import pytest
from codeact_agent.hosts.script.site import find_site
from support.npm_package import EMBEDDING, install


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("npm"))


def test_it_holds_what_it_names(project: Path) -> None:
    package = project / "node_modules" / "codeact-web"
    described = json.loads((package / "package.json").read_text())
    assert described["version"]
    for entry in described["exports"].values():
        assert all((package / path).is_file() for path in entry.values())


def test_a_server_can_import_it(project: Path) -> None:
    script = "import('codeact-web').then((all) => console.log(Object.keys(all).sort().join()))"
    done = subprocess.run(["node", "-e", script], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "AgentElement,RunError,defineAgent"


def test_its_types_hold(project: Path) -> None:
    for name in ("usage.ts", "react_page.tsx"):
        (project / name).write_bytes((EMBEDDING / name).read_bytes())
    options = {
        "strict": True, "noEmit": True, "module": "esnext", "moduleResolution": "bundler", "jsx": "react-jsx",
        "lib": ["esnext", "dom", "dom.iterable"], "target": "es2023", "types": [],
    }  # fmt: skip
    config = {"compilerOptions": options, "files": ["usage.ts", "react_page.tsx"]}
    (project / "tsconfig.json").write_text(json.dumps(config))
    command = ["node", "node_modules/typescript/bin/tsc", "-p", "."]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_script_of_the_site_is_small_and_alone() -> None:
    embed = (find_site() / "embed.js").read_bytes()
    assert len(brotli.compress(embed)) <= 6 * 1024
    assert not re.search(rb"(^|;)import\b", embed)
