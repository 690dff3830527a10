"""Every row of the tables of attacks, made by code in the real sandbox, hardened and not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from itertools import cycle

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError
from support.attack import Attack, load_attacks
from support.attack_checks import AFTER, CHECKS, check
from support.attacked_page import AttackedPage
from support.canary import Canary

pytestmark = pytest.mark.browser

ATTACKS = load_attacks()
CASES = [(attack, hardened) for hardened in (True, False) for attack in ATTACKS if hardened in attack.modes]


class Pages:
    """Two pages by turns: one boots a fresh interpreter while the other is attacked."""

    def __init__(self, browser: Browser, address: str, canary: Canary) -> None:
        self._make = lambda hardened: AttackedPage(browser, address, canary, hardened)
        self._pages: list[AttackedPage] = []
        self._turns = cycle((0, 1))

    def next(self, hardened: bool) -> AttackedPage:
        if self._pages and self._pages[0].hardened != hardened:
            self.close()
        while len(self._pages) < 2:
            self._pages.append(self._make(hardened))
        return self._pages[next(self._turns)]

    def drop(self, lost: AttackedPage) -> None:
        self._pages.remove(lost)
        lost.close()

    def close(self) -> None:
        while self._pages:
            self._pages.pop().close()


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


@pytest.mark.parametrize(
    ("attack", "hardened"),
    CASES,
    ids=[f"{attack.id}{'' if hardened else '-unhardened'}" for attack, hardened in CASES],
)
def test_attack(attack: Attack, hardened: bool, pages: Pages) -> None:
    page = pages.next(hardened)
    try:
        aftermath = page.run(attack, AFTER)
    except PlaywrightError:
        pages.drop(page)
        raise
    check(aftermath)
