"""Every row of the tables of attacks, made by code in the real sandbox, hardened and not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial

import pytest
from support.aftermath import Aftermath
from support.attack import Attack, load_attacks
from support.attack_checks import AFTER, CHECKS, check, was_disturbed, was_refused
from support.attacked_page import AttackedPage
from support.attacked_pages import AttackedPages
from support.canary import Canary
from support.engines import Engine

pytestmark = pytest.mark.browser

ATTACKS = load_attacks()
ON_BOUNDARY = [attack for attack in ATTACKS if attack.is_on_boundary]


class Pages:
    """Hardened ones and others; two of each, so that one boots while the other is attacked."""

    def __init__(self, engine: Engine, address: str, canary: Canary) -> None:
        self._of = {
            hardened: AttackedPages(partial(AttackedPage, engine, address, canary, hardened), 2)
            for hardened in (True, False)
        }

    def attack(self, attack: Attack, *, hardened: bool) -> Aftermath:
        """Make it and check what must hold; up to three times where the page stood still."""
        for _ in range(3):
            with self._of[hardened].take() as page:
                seen = page.run(attack, AFTER)
                if not was_disturbed(seen):
                    break
        check(seen)
        return seen

    def close(self) -> None:
        for pages in self._of.values():
            pages.close()


@pytest.fixture(scope="module")
def pages(engine: Engine, served: str, canary: Canary) -> Iterator[Pages]:
    pages = Pages(engine, served, canary)
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


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_attack(attack: Attack, pages: Pages) -> None:
    seen = pages.attack(attack, hardened=True)
    if was_refused(seen) and not attack.is_on_boundary:
        pages.attack(attack, hardened=False)


@pytest.mark.parametrize("attack", ON_BOUNDARY, ids=lambda attack: attack.id)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_the_browser_alone_holds(attack: Attack, pages: Pages) -> None:
    pages.attack(attack, hardened=False)


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.is_way_out], ids=lambda attack: attack.id)
@pytest.mark.parametrize("engine", ["firefox"], indirect=True)
def test_firefox_alone_holds(attack: Attack, pages: Pages) -> None:
    pages.attack(attack, hardened=False)
