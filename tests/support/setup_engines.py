"""``make setup-engines``: install what only the tests need: Firefox, WebKitGTK, nginx and Redis."""

from __future__ import annotations

import sys
from pathlib import Path

from codeact_agent.hosts.script.setup_browser import install_with_apt

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.firefox import Firefox
from support.nginx import find_nginx
from support.redis_server import find_redis
from support.webkit import WebKit


def main() -> int:
    """Exit code 0 if all is there in the end; otherwise 1 and a sentence."""
    if not _missing():
        return 0
    install_with_apt(*_missing())
    still = _missing()
    if still:
        print(
            "codeact-web: the tests need Firefox 153 or newer, WebKitGTK, Xvfb, nginx and redis-server; "
            f"missing of Debian's packages: {' '.join(still)}. Install them and run make again.",
            file=sys.stderr,
        )
    return int(bool(still))


def _missing() -> list[str]:
    servers = {"nginx-light": find_nginx(), "redis-server": find_redis()}
    return [*Firefox.missing(), *WebKit.missing(), *(name for name, path in servers.items() if not path)]


if __name__ == "__main__":
    sys.exit(main())
