"""A year of orders, the same each time: made by a small generator of pseudo-random numbers."""

from typing import Any

from codeact_agent import tool

_REGIONS = ("north", "south", "east", "west")
_ITEMS = (("desk", 240), ("chair", 85), ("shelf", 130), ("lamp", 40))


def _year() -> list[dict[str, Any]]:
    state = 20310501
    made = []
    for number in range(240):
        drawn = []
        for _ in range(4):
            state = (state * 1103515245 + 12345) % 2147483648
            drawn.append(state >> 16)
        item, unit_price = _ITEMS[drawn[2] % 4]
        made.append(
            {
                "number": 1000 + number,
                "month": 1 + number // 20,
                "region": _REGIONS[drawn[0] % 4],
                "item": item,
                "pieces": 1 + drawn[1] % 9,
                "unit_price": unit_price,
                "returned": drawn[3] % 10 == 0,
            }
        )
    return made


@tool
def orders(month: int) -> list[dict[str, Any]]:
    """Orders of a month (1 to 12): {number, month, region, item, pieces, unit_price in euros, returned}."""
    if not 1 <= month <= 12:
        raise ValueError("a month is 1 to 12")
    return [each for each in _year() if each["month"] == month]
