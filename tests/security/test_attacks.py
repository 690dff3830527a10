"""Every row of the tables of attacks, made by code in the real sandbox, hardened and not."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from support.attack import Attack, load_attacks
from support.attack_checks import AFTER, CHECKS, check, was_disturbed, was_refused
from support.attacked_page import Aftermath, AttackedPage
from support.canary import Canary

pytestmark = pytest.mark.browser

ATTACKS = load_attacks()
CASES = [(attack, hardened) for hardened in (True, False) for attack in ATTACKS if hardened in attack.modes]


class Pages:
    """Two pages of each kind by turns: one boots a fresh interpreter while the other is attacked."""

    def __init__(self, browser: Browser, address: str, canary: Canary) -> None:
        self._open = lambda hardened: AttackedPage(browser, address, canary, hardened)
        self._waiting: dict[bool, deque[AttackedPage]] = {True: deque(), False: deque()}

    def next(self, hardened: bool) -> AttackedPage:
        pages = self._waiting[hardened]
        while len(pages) < 2:
            pages.append(self._open(hardened))
        pages.rotate()
        return pages[0]

    def drop(self, lost: AttackedPage) -> None:
        self._waiting[lost.hardened].remove(lost)
        lost.close()

    def close(self) -> None:
        for page in (*self._waiting[True], *self._waiting[False]):
            page.close()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary() as listening:
        yield listening


@pytest.fixture(scope="module")
def pages(browser: Browser, served: str, canary: Canary) -> Iterator[Pages]:
    pages = Pages(browser, served, canary)
    yield pages
    pages.close()
    assert canary.heard() == [], "somebody took their time"


def test_the_canary_hears_a_connection_and_a_datagram() -> None:
    with Canary() as canary:
        with socket.create_connection(("127.0.0.1", canary.port)) as connection:
            connection.send(b"hello")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello too", ("127.0.0.1", canary.udp_port))
        assert sorted(canary.heard()) == [b"hello", b"hello too"]
        assert canary.heard() == []


def test_every_phrase_of_the_tables_has_its_check() -> None:
    assert {phrase for attack in ATTACKS for phrase in attack.must} <= set(CHECKS)


def test_the_frame_has_an_opaque_origin_and_no_way_to_the_page(pages: Pages) -> None:
    frame = next(each for each in pages.next(True).page.frames if "frame.html" in each.url)
    assert frame.evaluate("self.origin") == "null"
    reached = frame.evaluate("() => { try { return parent.document.title } catch (error) { return error.name } }")
    assert reached == "SecurityError"


@pytest.mark.parametrize(
    ("attack", "hardened"),
    CASES,
    ids=[f"{attack.id}{'' if hardened else '-unhardened'}" for attack, hardened in CASES],
)
def test_attack(attack: Attack, hardened: bool, pages: Pages) -> None:
    seen = attempt(attack, hardened, pages)
    check(seen)
    if was_refused(seen) and False not in attack.modes:
        check(attempt(attack, False, pages))


def attempt(attack: Attack, hardened: bool, pages: Pages) -> Aftermath:
    """Once, or up to three times where the page stood still."""
    for _ in range(3):
        page = pages.next(hardened)
        try:
            seen = page.run(attack, AFTER)
        except PlaywrightError:
            pages.drop(page)
            raise
        if not was_disturbed(seen):
            break
    return seen
