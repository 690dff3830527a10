"""What the pages say: the English words of web/, and their translations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["LANGUAGES", "english", "heard", "translations"]

_WEB = Path(__file__).resolve().parents[2] / "web"
_NOT_OURS = {"vendor", "vendor_entries", "vendor_types"}
# They translate what the parser below reads from the HTML, and what `heard` gives.
_CALLS_WITHOUT_WORDS = {"static_words.js", "heard_words.js"}
_CALL = re.compile(r"\bmsg\(\s*")
_LISTED = re.compile(r"^  (['\"])(.+)\1,$", re.M)
_ID = re.compile(r",\s*\{\s*id: '([^']+)'")

LANGUAGES = sorted(path.stem for path in (_WEB / "languages").glob("*.json"))


def translations(language: str) -> dict[str, str]:
    """By the English words; ``{0}`` is the first of their values."""
    read: dict[str, str] = json.loads((_WEB / "languages" / f"{language}.json").read_text())["words"]
    return read


def english() -> dict[str, str]:
    """``{key of a translation: where it is said}``, of every ``msg(…)`` and of the HTML's ``data-words``."""
    found: dict[str, str] = {}
    for path in sorted(_WEB.rglob("*.js")):
        where = path.relative_to(_WEB)
        if where.parts[0] not in _NOT_OURS and path.name not in _CALLS_WITHOUT_WORDS:
            found |= dict.fromkeys(_said_in(path.read_text(), str(where)), str(where))
    found |= dict.fromkeys(heard(), "heard_words.js")
    for path in sorted(_WEB.glob("*.html")):
        page = _Page()
        page.feed(path.read_text())
        found |= dict.fromkeys(page.words, path.name)
    return found


def heard() -> list[str]:
    """The templates of sentences that reach the page as English text."""
    source = (_WEB / "heard_words.js").read_text()
    return [each[2].replace("\\n", "\n") for each in _LISTED.finditer(source[: source.index("\n];")])]


def _said_in(source: str, where: str) -> Iterator[str]:
    for call in _CALL.finditer(source):
        at = call.end()
        tagged = source.startswith("str`", at)
        quote = source[at + 3 * tagged]
        line = source.count("\n", 0, at) + 1
        assert quote in "'\"`", f"{where}:{line}: msg() takes words, so that they can be found"
        words, end = _literal(source, at + 3 * tagged + 1, quote)
        assert tagged == ("{0}" in words), f"{where}:{line}: str`…` is for words with values, and only for them"
        given = _ID.match(source, end)
        yield given[1] if given else words


def _literal(source: str, at: int, quote: str) -> tuple[str, int]:
    """The text up to the closing quote, its values numbered, and where it ends."""
    text, values = "", 0
    while source[at] != quote:
        if quote == "`" and source.startswith("${", at):
            at = _after_value(source, at + 2)
            text, values = f"{text}{{{values}}}", values + 1
            continue
        at += source[at] == "\\"
        text, at = text + source[at], at + 1
    return text, at + 1


def _after_value(source: str, at: int) -> int:
    depth = 1
    while depth:
        if source[at] in "'`":
            at = _literal(source, at + 1, source[at])[1]
            continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
    return at


_VOID = {"meta", "link", "input", "img"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        places = (given.get("data-words") or "").split()
        self.words += [given[place] or "" for place in places if place != "text"]
        if tag not in _VOID:
            self._open.append("text" in places)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] and data.strip():
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass
