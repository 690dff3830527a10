"""The tables of attacks, and what a row's text stands for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from support.canary import Canary

__all__ = ["Attack", "expand", "load_attacks"]

TABLES = Path(__file__).parents[1] / "security" / "attacks"
_REPEAT = re.compile(r"__REPEAT\((.*?),(\d+)\)__", re.DOTALL)

# Run also without hardening in the worker: there, only the browser is left to hold.
BROWSER_ALONE = (
    "js-ffi", "net-js", "net-py", "ctypes", "postmessage", "ast-bypass", "introspection", "process", "secrets",
)  # fmt: skip

# Kinds that act on the browser itself, and so are made in Firefox too. The others are ways through Python to
# JavaScript, which these have already, or meet checks of ours, which are the same script in each browser.
_WAYS_OUT = ("js-ffi", "net-js", "net-py", "storage")
# Of the messages those whose end the browser decides: what it can copy and hand over, how a worker ends.
_MESSAGES = (
    "postmessage-close-worker", "postmessage-weird-values", "postmessage-transferables",
    "postmessage-port-sniffed", "postmessage-deep-and-wide-values", "postmessage-channel-swarm",
    "postmessage-forged-result-of-the-right-shape",
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """One row. ``must`` are phrases of a closed vocabulary, see ``attack_checks``."""

    id: str
    kind: str
    code: str
    must: tuple[str, ...]
    then: tuple[str, ...]
    needs_js: bool

    @property
    def is_on_boundary(self) -> bool:
        """Whether the browser alone must hold it."""
        return self.needs_js or self.kind in BROWSER_ALONE

    @property
    def is_way_out(self) -> bool:
        """Whether it is worth a second browser's time."""
        return self.is_on_boundary and (self.kind in _WAYS_OUT or self.id in _MESSAGES)


def load_attacks() -> list[Attack]:
    """Both tables, the shared one first. Raises ValueError for an id that is there twice."""
    rows = [row for name in ("sandbox", "ours") for row in json.loads((TABLES / f"{name}.json").read_text())]
    attacks = [
        Attack(
            row["id"],
            row["class"],
            row["code"],
            tuple(row["must"].split("; ")),
            tuple(row.get("then", ())),
            row.get("needs") == "js",
        )
        for row in rows
    ]
    ids = [attack.id for attack in attacks]
    if len(set(ids)) != len(ids):
        raise ValueError(f"used twice: {sorted({each for each in ids if ids.count(each) > 1})}")
    return attacks


def expand(code: str, canary: Canary, host: str) -> str:
    """Replace the placeholders: ``host`` is the page's origin, the canary is where nothing may arrive."""
    names = {
        "__EVIL__": f"http://127.0.0.1:{canary.port}",
        "__EVILWS__": f"ws://127.0.0.1:{canary.port}",
        "__EVILHOST__": "127.0.0.1",
        "__EVILPORT__": str(canary.port),
        "__HOST__": host,
        "__STUN__": str(canary.udp_port),
    }
    code = re.sub("|".join(names), lambda found: names[found.group()], code)
    return _REPEAT.sub(lambda found: found[1].replace("\\,", ",") * int(found[2]), code)
