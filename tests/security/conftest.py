"""Shared by the attacks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.canary import Canary


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """Where nothing may arrive."""
    with Canary() as listening:
        yield listening
