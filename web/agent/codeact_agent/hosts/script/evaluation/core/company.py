"""Who works where, for whom and for how much."""

from codeact_agent import tool

# name: (department, manager, yearly salary in euros, hours booked in weeks 1 to 4)
_PEOPLE = {
    "Ada": ("engineering", "Grace", 72000, (38, 41, 40, 45)),
    "Bo": ("engineering", "Grace", 65000, (40, 40, 36, 30)),
    "Chen": ("engineering", "Ada", 58000, (42, 44, 39, 41)),
    "Dora": ("sales", "Hugo", 49000, (35, 37, 40, 38)),
    "Emil": ("sales", "Dora", 43000, (40, 42, 42, 47)),
    "Fay": ("support", "Hugo", 39500, (32, 32, 32, 32)),
    "Grace": ("engineering", "Hugo", 98000, (50, 48, 52, 49)),
    "Hugo": ("board", "", 150000, (45, 45, 45, 45)),
    "Ines": ("support", "Fay", 36000, (40, 38, 41, 43)),
}


def _known(name: str) -> tuple[str, str, int, tuple[int, ...]]:
    if name not in _PEOPLE:
        raise KeyError("nobody here is called " + repr(name))
    return _PEOPLE[name]


@tool
def people(department: str) -> list[str]:
    """Names of those who work in a department: engineering, sales, support or board."""
    return sorted([name for name in _PEOPLE if _PEOPLE[name][0] == department])


@tool
def manager(name: str) -> str:
    """Name of a person's manager; empty for the head of the company."""
    return _known(name)[1]


@tool
def salary(name: str) -> int:
    """Yearly salary in euros."""
    return _known(name)[2]


@tool
def hours(name: str, week: int) -> int:
    """Hours a person booked in week 1, 2, 3 or 4."""
    if not 1 <= week <= 4:
        raise ValueError("there are the weeks 1 to 4")
    return _known(name)[3][week - 1]
