"""Timetables, hotels and weather of a few cities."""

from typing import Any

from codeact_agent import tool

_FLIGHTS = [
    ("Oslo", "Rome", "2031-05-02", "OR1", 210, 180),
    ("Oslo", "Rome", "2031-05-02", "OR2", 145, 320),
    ("Oslo", "Rome", "2031-05-03", "OR3", 160, 185),
    ("Oslo", "Vienna", "2031-05-02", "OV1", 120, 150),
    ("Oslo", "Vienna", "2031-05-03", "OV2", 95, 155),
    ("Vienna", "Rome", "2031-05-02", "VR1", 60, 95),
    ("Vienna", "Rome", "2031-05-04", "VR2", 35, 95),
    ("Rome", "Oslo", "2031-05-06", "RO1", 190, 180),
    ("Rome", "Oslo", "2031-05-07", "RO2", 130, 185),
    ("Vienna", "Oslo", "2031-05-07", "VO1", 110, 150),
]
_HOTELS = {
    "Rome": [("Aurora", 95, 4.1), ("Bellavista", 140, 4.7), ("Centro", 70, 3.6)],
    "Vienna": [("Donau", 88, 4.4), ("Edelhof", 120, 4.8), ("Fasan", 64, 3.9)],
    "Oslo": [("Fjell", 130, 4.2), ("Granit", 105, 4.0)],
}
_RAIN = {
    "Rome": {"2031-05-02": 10, "2031-05-03": 5, "2031-05-04": 0, "2031-05-05": 60, "2031-05-06": 20},
    "Vienna": {"2031-05-02": 70, "2031-05-03": 40, "2031-05-04": 15, "2031-05-05": 10, "2031-05-06": 5},
    "Oslo": {"2031-05-02": 30, "2031-05-03": 55, "2031-05-04": 80, "2031-05-05": 25, "2031-05-06": 35},
}


@tool
def flights(origin: str, destination: str, day: str) -> list[dict[str, Any]]:
    """Flights of a day (YYYY-MM-DD): {code, price in euros, minutes}, cheapest first."""
    found = [
        {"code": each[3], "price": each[4], "minutes": each[5]}
        for each in _FLIGHTS
        if each[:3] == (origin, destination, day)
    ]
    return sorted(found, key=lambda each: each["price"])


@tool
def hotels(city: str) -> list[dict[str, Any]]:
    """Hotels of a city: {name, price in euros for a night, rating from 1 to 5}."""
    if city not in _HOTELS:
        raise ValueError("no hotels are known in " + repr(city))
    return [{"name": each[0], "price": each[1], "rating": each[2]} for each in _HOTELS[city]]


@tool
def rain(city: str, day: str) -> int:
    """Chance of rain in percent on a day (YYYY-MM-DD)."""
    if city not in _RAIN or day not in _RAIN[city]:
        raise ValueError("no forecast for " + repr(city) + " on " + repr(day))
    return _RAIN[city][day]
