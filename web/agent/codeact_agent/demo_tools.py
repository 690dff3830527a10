"""The tools of the recorded tasks. Portable, so that both hosts run the same ones."""

from codeact_agent.tools import Tool

__all__ = ["DEMO_TOOLS"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PI = 3.141592653589793
# Vietnam's largest cities, population of the urban area as the 2019 census rounds it, in thousands.
_POPULATION = {
    "Ho Chi Minh City": 8993,
    "Hanoi": 8054,
    "Haiphong": 2029,
    "Can Tho": 1235,
    "Da Nang": 1134,
    "Bien Hoa": 1055,
    "Hue": 652,
}


def _largest_cities(country: str, count: int = 5) -> list["Any"]:
    if country.lower() not in ("vietnam", "viet nam"):
        raise ValueError(f"no data for {country!r}; only Vietnam is known")
    return sorted(_POPULATION, key=lambda city: -_POPULATION[city])[:count]


def _city_population(city: str) -> int:
    if city not in _POPULATION:
        raise KeyError(f"no city named {city!r}")
    return _POPULATION[city] * 1000


def _circumference(radius: float) -> float:
    return 2 * _PI * radius


def _circle_area(radius: float) -> float:
    return _PI * radius * radius


_RADIUS = [{"name": "radius", "annotation": "float"}]

DEMO_TOOLS = {
    each.name: each
    for each in (
        Tool(
            _largest_cities,
            "largest_cities",
            [{"name": "country", "annotation": "str"}, {"name": "count", "annotation": "int", "default": 5}],
            "list[str]",
            "Names of the largest cities of a country, largest first.",
        ),
        Tool(
            _city_population,
            "city_population",
            [{"name": "city", "annotation": "str"}],
            "int",
            "Number of people who live in a city.",
        ),
        Tool(_circumference, "circumference", _RADIUS, "float", "Circumference of a circle."),
        Tool(_circle_area, "circle_area", _RADIUS, "float", "Area of a circle."),
    )
}
