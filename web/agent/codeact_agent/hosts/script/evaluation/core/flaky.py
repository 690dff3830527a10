"""Tools that fail at first, are particular about their arguments, or give data with faults in it."""

from codeact_agent import tool

_calls: dict[object, int] = {}
_PARTS = (17, 4, 29, 8, 11, 23)
_MEASURED = ["12.5", "13,1", "n/a", "12.9", "", "14.2", "13.0 ", "error 7", "12,7"]


@tool
def part(number: int) -> int:
    """Number 1 to 6 of the parts of a sum. The line is bad: a call may fail and must be made again."""
    if not 1 <= number <= 6:
        raise ValueError("there are the parts 1 to 6")
    _calls[number] = _calls.get(number, 0) + 1
    if _calls[number] <= number % 3:
        raise OSError("the connection was lost; try again")
    return _PARTS[number - 1]


@tool
def population(country: str, year: str) -> int:
    """People in a country in a year, in thousands."""
    known = {"IS": {"2010": 318, "2020": 366}, "MT": {"2010": 414, "2020": 515}, "LU": {"2010": 507, "2020": 630}}
    if country not in known:
        raise ValueError("country must be a code of two letters, one of IS, LU, MT; not " + repr(country))
    if not isinstance(year, str):
        raise TypeError("year must be a text such as '2020', not " + repr(year))
    if year not in known[country]:
        raise LookupError("there are figures of 2010 and 2020 only")
    return known[country][year]


@tool
def measured() -> list[str]:
    """What an old instrument wrote down, as text."""
    return _MEASURED


@tool
def ship(item: str, grams: int) -> str:
    """Book a parcel of at most 2000 grams; gives its booking number."""
    if grams > 2000:
        raise ValueError("too heavy: split it into parcels of at most 2000 grams")
    _calls["parcels"] = _calls.get("parcels", 0) + 1
    return "B-" + str(100 + _calls["parcels"]) + "-" + item[:2].upper() + "-" + str(grams)
