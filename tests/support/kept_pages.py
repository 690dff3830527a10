"""Booted pages that are handed from test to test, since booting is what tests of the page spend most time on.

What a page could carry over is taken away, and then it is looked at: only one that looks and stores as it did when
it had booted is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError
from support.agent_page import AgentPage
from support.complaints import Complaints

__all__ = ["KeptPages"]

# As the person leaves a conversation and deletes it. What was shown without one is taken off the page.
_TIDY = """async () => {
  if (location.hash) document.querySelector('button.new').click();
  for (const end = Date.now() + 10_000; location.hash && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  document.querySelector('ca-transcript').clear();
  document.querySelector('#announcer').replaceChildren();
  document.body.dataset.view = 'empty';
  document.querySelector('textarea').focus();
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name, version } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name, version));
    for (const store of database.objectStoreNames)
      await asked(database.transaction(store, 'readwrite').objectStore(store).clear());
    database.close();
  }
}"""

_STATE = """async () => {
  const attributes = (element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`);
  const asked = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const records = {};
  for (const { name, version } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name, version));
    for (const store of database.objectStoreNames)
      records[`${name} ${store}`] = await asked(database.transaction(store).objectStore(store).count());
    database.close();
  }
  return {
    address: location.href,
    title: document.title,
    attributes: [attributes(document.documentElement), attributes(document.body)],
    elements: [...document.querySelectorAll('main *, dialog, #announcer *')]
      .filter((each) => each.checkVisibility()).map(({ localName }) => localName),
    focused: document.activeElement.localName,
    globals: Object.keys(window),
    stored: { ...localStorage },
    session: { ...sessionStorage },
    records,
  };
}"""

_VALUES = "all => all.filter((each) => each.checkVisibility()).map(({ value, checked }) => [value, checked])"


@dataclass
class _Kept:
    """``at_first`` is how it was when it had booted, with ``model`` chosen."""

    page: Page
    model: str
    at_first: dict[str, Any]


class KeptPages:
    """At most one at a time lies idle. Their context is their own; what it stores is the boot image."""

    def __init__(self, browser: Browser) -> None:
        self._context: BrowserContext = browser.new_context()
        self._idle: dict[str, _Kept] = {}

    @contextmanager
    def lend(self, url: str, complaints: Complaints, went_well: Callable[[], bool]) -> Iterator[AgentPage]:
        """A ready page of the site at ``url``, watched by ``complaints``, for one test.

        It ends with the test if that failed, if it complained, if a run is under way, or if anything is left.
        """
        kept = self._idle.pop(url, None)
        self._close_idle()
        page = kept.page if kept else self._context.new_page()
        complaints.watch(page)
        agent = AgentPage(page)
        fit = False
        try:
            if not kept:
                agent.open(url).ready()
                kept = _Kept(page, agent.model.input_value(), _state(page))
            yield agent
            fit = went_well() and not complaints.all and _is_as_at_first(agent, kept)
        finally:
            complaints.unwatch(page)
            if fit:
                self._idle[url] = kept
            else:
                self._end(url)

    def _close_idle(self) -> None:
        for url in list(self._idle):
            del self._idle[url]
            self._end(url)

    def close(self) -> None:
        """End all of them."""
        self._context.close()

    def _end(self, url: str) -> None:
        """With all that the site has stored here, but the boot image."""
        page = self._context.new_page()
        session = self._context.new_cdp_session(page)
        for each in self._context.pages:
            if each != page:
                each.close()
        kinds = "cookies,file_systems,indexeddb,local_storage,service_workers"
        session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": kinds})
        page.close()


def _is_as_at_first(agent: AgentPage, kept: _Kept) -> bool:
    page = agent.page
    if page.is_closed() or page.context.pages != [page] or agent.stop.is_visible():
        return False
    page.unroute_all()
    try:
        page.locator("dialog[open]").evaluate_all("all => { for (const each of all) each.close(); }")
        page.get_by_role("button", name="Dismiss").evaluate_all("all => { for (const each of all) each.click(); }")
        page.evaluate(_TIDY)
        if agent.model.input_value() != kept.model:
            agent.model.select_option(kept.model)
            agent.task.focus()
        for _ in range(20):  # what New takes away goes in its own time
            if _state(page) == kept.at_first:
                return True
            page.wait_for_timeout(50)
        return False
    except PlaywrightError:
        return False  # it has crashed, or is elsewhere


def _state(page: Page) -> dict[str, Any]:
    """What a person would see there, and what the browser stores of it."""
    state: dict[str, Any] = page.evaluate(_STATE)
    fields = page.locator("input, select, textarea").evaluate_all(_VALUES)
    size = page.viewport_size
    # How long the boot took is another time after a reload.
    seen = re.sub(r"· [\d.]+ m?s", "", page.locator("body").aria_snapshot())
    return {**state, "seen": seen, "fields": fields, "size": dict(size) if size else None}
