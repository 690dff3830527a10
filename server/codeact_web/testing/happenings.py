"""What an element tells the page that holds it, kept from the page's start on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from playwright.sync_api import Locator, Page

from codeact_web.testing.errors import RunFailed, WidgetError

__all__ = ["Happening", "Happenings", "record"]

_SCRIPT = files("codeact_web.testing").joinpath("recorder.js").read_text(encoding="utf-8")
_KEPT = "window[Symbol.for('codeact_web.testing')]"


@dataclass(frozen=True)
class Happening:
    """One event of the element: ``name`` without ``codeact-``, and what of its ``detail`` is JSON."""

    name: str
    detail: Any


def record(page: Page) -> None:
    """Keep the events of the documents that ``page`` will open, and of the one it has."""
    page.add_init_script(_SCRIPT)
    page.evaluate(_SCRIPT)


class Happenings:
    """The events of one element, waited for one after the other."""

    def __init__(self, element: Locator) -> None:
        self._element = element
        self._seen: dict[str, float] | None = None

    def all(self) -> list[Happening]:
        """All of them, the oldest first."""
        found = self._element.evaluate(f"(element) => {_KEPT}.of(element)")
        return [Happening(each["name"], each["detail"]) for each in found]

    def skip(self) -> None:
        """Wait only for what comes from now on."""
        self._seen = self._element.evaluate(f"(element) => {_KEPT}.seen(element)")

    def next(self, names: Sequence[str], seconds: float) -> Happening:
        """The next that is called one of ``names``, once it is there.

        Raises RunFailed for an error that comes first, unless errors are waited for, and WidgetError after
        ``seconds``.
        """
        wanted = {"names": [*names, "error"], "after": self._seen, "ms": seconds * 1000}
        found = self._element.evaluate(f"(element, wanted) => {_KEPT}.next(element, wanted)", wanted)
        if found is None:
            told = ", ".join(each.name for each in self.all()) or "nothing"
            raise WidgetError(f"No {' or '.join(names)} from the widget in {seconds:g} s. It told: {told}.")
        self._seen = found["seen"]
        if found["name"] == "error" and "error" not in names:
            raise RunFailed(found["detail"]["kind"], found["detail"]["message"])
        return Happening(found["name"], found["detail"])

    def ready(self, tag: str, seconds: float) -> dict[str, Any]:
        """What the element's ``ready`` resolves with. Raises as ``next`` does."""
        wanted = {"tag": tag, "ms": seconds * 1000}
        found = self._element.evaluate(f"(element, wanted) => {_KEPT}.ready(element, wanted)", wanted)
        if found is None:
            raise WidgetError(f"The widget was not ready in {seconds:g} s. Does the page load embed.js?")
        if "kind" in found:
            raise RunFailed(found["kind"], found["message"])
        return dict(found)
