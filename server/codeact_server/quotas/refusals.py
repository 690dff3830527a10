"""What a caller is told who has had what is allowed. Used by ``quotas.quota``."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import Literal

from codeact_server.errors import LimitError
from codeact_server.quota_settings import MICRO, Rate

__all__ = ["Counted", "all_used", "too_many_streams"]

Counted = Literal["requests", "tokens", "dollars"]
_STREAMS_RETRY = 2  # nobody knows when an answer ends


def all_used(
    counted: Counted, rate: Rate, whose: str, seconds: float, used: int = 0, wanted: int = 0
) -> LimitError:
    """Refuse what is counted in windows. ``whose``: "You have" or the like; ``used`` and ``wanted`` in parts.

    >>> str(all_used("requests", Rate(Decimal(60), 1, "minute"), "You have", 11.2))
    "You have made this minute's 60 requests; ask again in 12 s."
    """
    code = f"{counted}_used_up"
    whole = int(rate.amount * (MICRO if counted == "dollars" else 1))
    if wanted > whole:  # waiting does not help
        said = f"This request alone takes about {_amount(counted, wanted)}, more than {_share(counted, rate)}."
        return LimitError(429, code, said)
    headers = {"retry-after": str(max(1, ceil(seconds)))}
    done = "made" if counted == "requests" else "used"
    if wanted and used < whole:
        left = _amount(counted, whole - used)
        said = (
            f"This request takes about {_amount(counted, wanted)}, and {left} of {_share(counted, rate)} are left"
        )
    else:
        said = f"{whose} {done} {_share(counted, rate)}"
    return LimitError(429, code, f"{said}; ask again in {_duration(seconds)}.", headers)


def too_many_streams(most: int, whose: str) -> LimitError:
    """Refuse one more answer at once."""
    answers = "answer" if most == 1 else "answers"
    return LimitError(
        429,
        "streams_used_up",
        f"{whose} {most} {answers} under way, as many as are allowed at once; wait until one has ended.",
        {"retry-after": str(_STREAMS_RETRY)},
    )


def _share(counted: Counted, rate: Rate) -> str:
    """In words, such as "today's 1,000,000 tokens"."""
    amount = _amount(counted, int(rate.amount * (MICRO if counted == "dollars" else 1)))
    if rate.times > 1:
        return f"the {amount} of {rate.times} {rate.unit}s"
    return f"today's {amount}" if rate.unit == "day" else f"this {rate.unit}'s {amount}"


def _amount(counted: Counted, parts: int) -> str:
    if counted != "dollars":
        return f"{parts:,} {counted}"
    dollars = Decimal(parts) / MICRO
    return f"${dollars:.2f}" if dollars == round(dollars, 2) else f"${dollars.normalize():f}"


def _duration(seconds: float) -> str:
    """Rounded up, so that whoever waits so long has waited long enough.

    >>> [_duration(seconds) for seconds in (0.2, 89, 600, 9000)]
    ['1 s', '89 s', '10 min', '3 h']
    """
    if seconds < 90:
        return f"{max(1, ceil(seconds))} s"
    return f"{ceil(seconds / 60)} min" if seconds < 90 * 60 else f"{ceil(seconds / 3600)} h"
