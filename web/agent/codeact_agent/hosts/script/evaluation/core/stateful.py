"""Tools that remember: an account, a list in pages, a lock and a maze."""

from typing import Any

from codeact_agent import tool

_log: list[int] = []
_WORDS = (
    "the quick brown fox jumps over the lazy dog",
    "while seven wizards quietly mix bold potions",
)
_LIST = [word for line in _WORDS for word in line.split()]
_SECRET = 613
_lock = {"tries": 0}
_MAZE = ("#########", "#S..#...#", "##.#..#.#", "#..#.##.#", "#.##.#..#", "#......E#", "#########")
_place = {"row": 1, "column": 1}
_MOVES = {"north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1)}


@tool
def deposit(amount: int) -> int:
    """Put euros into the account; gives the new balance."""
    if amount <= 0:
        raise ValueError("a deposit is above 0")
    _log.append(amount)
    return sum(_log)


@tool
def withdraw(amount: int) -> int:
    """Take euros out of the account; gives the new balance. There is a fee of 2 euros each time."""
    if amount + 2 > sum(_log):
        raise ValueError("not enough: the balance is " + str(sum(_log)) + ", the fee 2")
    _log.append(-amount - 2)
    return sum(_log)


@tool
def movements() -> list[int]:
    """All movements of the account so far, fees included, in euros."""
    return _log


@tool
def page_of_words(cursor: str = "") -> dict[str, Any]:
    """Three words of a long list: {words, next}. Give next as the cursor of the next call; empty at the end."""
    start = 0
    if cursor:
        if not cursor.startswith("c") or not cursor[1:].isdigit():
            raise ValueError("the cursor " + repr(cursor) + " was not given by this tool")
        start = (int(cursor[1:]) - 7) // 13
    after = start + 3
    return {"words": _LIST[start:after], "next": "c" + str(after * 13 + 7) if after < len(_LIST) else ""}


@tool
def try_code(code: int) -> str:
    """Try to open the lock with a code from 0 to 999: it says higher, lower or open. It jams after 12 tries."""
    _lock["tries"] += 1
    if _lock["tries"] > 12:
        return "jammed"
    if code == _SECRET:
        return "open"
    return "higher" if code < _SECRET else "lower"


@tool
def look() -> dict[str, Any]:
    """Where one can go from here in the maze: {north, south, east, west} as true or false, and exit."""
    row, column = _place["row"], _place["column"]
    ways = {name: _MAZE[row + move[0]][column + move[1]] != "#" for name, move in _MOVES.items()}
    ways["exit"] = _MAZE[row][column] == "E"
    return ways


@tool
def walk(direction: str) -> bool:
    """Take one step in the maze: north, south, east or west. False where a wall is in the way."""
    if direction not in _MOVES:
        raise ValueError("no direction " + repr(direction))
    row, column = _place["row"] + _MOVES[direction][0], _place["column"] + _MOVES[direction][1]
    if _MAZE[row][column] == "#":
        return False
    _place["row"], _place["column"] = row, column
    return True
