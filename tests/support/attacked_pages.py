"""Pages under attack, taken by turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

__all__ = ["AttackedPages"]


class _Closable(Protocol):
    def close(self) -> None: ...


Attacked = TypeVar("Attacked", bound=_Closable)


class AttackedPages(Generic[Attacked]):
    """Up to ``count`` pages, opened as they are needed: while one is attacked, the others may boot anew."""

    def __init__(self, open_page: Callable[[], Attacked], count: int = 1) -> None:
        self._open = open_page
        self._count = count
        self._pages: deque[Attacked] = deque()

    @contextmanager
    def take(self) -> Iterator[Attacked]:
        """The next one; it is closed if the block fails, so that what follows gets a whole one."""
        if len(self._pages) < self._count:
            self._pages.append(self._open())
        self._pages.rotate()
        page = self._pages[0]
        try:
            yield page
        except BaseException:
            self._pages.remove(page)
            page.close()
            raise

    def close(self) -> None:
        """Close them all."""
        while self._pages:
            self._pages.pop().close()
