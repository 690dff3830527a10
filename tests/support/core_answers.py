"""The answers of the suite ``core``, computed in another way than its recordings do."""

from __future__ import annotations

import itertools
import math
import random
import re
import string
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from codeact_server.run_command import load_tools

__all__ = ["ANSWERS", "SEVERAL"]

Tools = dict[str, Callable[..., Any]]
ANSWERS: dict[str, Callable[[Tools], Any]] = {}
# Tasks with more than one right answer: one that is right, and some that are not.
SEVERAL: dict[str, tuple[Any, list[Any]]] = {
    "eight_queens": ([2, 0, 6, 4, 7, 1, 3, 5], [[0, 4, 7, 5, 2, 6, 1, 3], [2, 4, 1, 7, 0, 6, 3, 3], [2], "2"]),
    "balanced_teams": (
        ["Ana", "Ben", "Dea", "Fin"],
        [["Ana", "Ben", "Cai", "Dea"], ["Ana"], ["Ana", "Ben", "Fin", "Zoe"], None],
    ),
}


def answer(function: Callable[[Tools], Any]) -> Callable[[Tools], Any]:
    ANSWERS[function.__name__] = function
    return function


def tools_of(path: Path | None) -> Tools:
    return {each.name: each.function for each in load_tools(path)} if path else {}


def _all_orders(tools: Tools) -> list[dict[str, Any]]:
    return list(itertools.chain.from_iterable(map(tools["orders"], range(1, 13))))


def _turnover(orders: list[dict[str, Any]]) -> int:
    return sum(math.prod((each["pieces"], each["unit_price"])) for each in orders)


@answer
def returns_by_item(tools: Tools) -> Any:
    orders = _all_orders(tools)
    shares = {}
    for item in {each["item"] for each in orders}:
        returned = [each["returned"] for each in orders if each["item"] == item]
        shares[item] = round(sum(returned) / len(returned) * 100, 1)
    return shares


@answer
def best_quarter(tools: Tools) -> Any:
    kept = [each for each in _all_orders(tools) if each["region"] == "south" and not each["returned"]]
    by_quarter = [
        _turnover([each for each in kept if 3 * quarter < each["month"] <= 3 * quarter + 3])
        for quarter in range(4)
    ]
    return {"quarter": by_quarter.index(max(by_quarter)) + 1, "turnover": max(by_quarter)}


@answer
def chair_trend(tools: Tools) -> Any:
    sold = [0] * 12
    for each in _all_orders(tools):
        sold[each["month"] - 1] += each["pieces"] * (each["item"] == "chair")
    # Normal equations for x = 1..12: n = 12, Σx = 78, Σx² = 650.
    slope = Fraction(12 * sum((i + 1) * n for i, n in enumerate(sold)) - 78 * sum(sold), 12 * 650 - 78 * 78)
    return round(float(slope), 4)


@answer
def csv_medians(tools: Tools) -> Any:
    return {
        "bike": sum(sorted([22, 18, 27, 31])[1:3]) / 2,
        "car": sum(sorted([35, 41, 29, 38])[1:3]) / 2,
        "train": 48,
    }


@answer
def grades_correlation(tools: Tools) -> Any:
    x, y = [2, 5, 1, 8, 4, 7, 3, 6], [51, 68, 47, 90, 60, 79, 61, 74]
    n, sx, sy = 8, sum(x), sum(y)
    above = n * sum(map(int.__mul__, x, y)) - sx * sy
    below = (n * sum(v * v for v in x) - sx**2) * (n * sum(v * v for v in y) - sy**2)
    return round(above / math.sqrt(below), 4)


@answer
def outlier_months(tools: Tools) -> Any:
    totals = [_turnover(tools["orders"](month)) for month in range(1, 13)]
    variance = sum(total**2 for total in totals) / 12 - (sum(totals) / 12) ** 2
    return [month for month, total in enumerate(totals, 1) if total - sum(totals) / 12 > math.sqrt(variance)]


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % divisor for divisor in range(2, math.isqrt(n) + 1))


@answer
def prime_gap(tools: Tools) -> Any:
    best, last = (0, 0), 2
    for n in range(3, 100_000, 2):
        if _is_prime(n):
            best, last = max(best, (n - last, -last)), n
    return {"gap": best[0], "after": -best[1]}


@answer
def last_digits(tools: Tools) -> Any:
    value = 1
    for bit in bin(123456)[2:]:
        value = value * value * (7 if bit == "1" else 1) % 10**10
    return str(value).zfill(10)


@answer
def coin_ways(tools: Tools) -> Any:
    @cache
    def ways(amount: int, coins: tuple[int, ...]) -> int:
        if amount == 0 or not coins:
            return int(amount == 0)
        return sum(ways(amount - n * coins[0], coins[1:]) for n in range(amount // coins[0] + 1))

    return ways(500, (200, 100, 50, 20, 10, 5, 2, 1))


@answer
def integral(tools: Tools) -> Any:
    # ∫ Σ over the power series of exp(-x²)·cos(3x), term by term.
    total = Fraction(0)
    for n in range(40):
        for m in range(40):
            power = 2 * n + 2 * m
            top = (-1) ** (n + m) * 3 ** (2 * m) * 2 ** (power + 1)
            total += Fraction(top, math.factorial(n) * math.factorial(2 * m) * (power + 1))
    return round(float(total), 6)


@answer
def linear_system(tools: Tools) -> Any:
    rows = [[Fraction(v) for v in row] for row in ([2, 3, -1, 5], [4, -1, 2, 9], [-1, 5, 3, 2])]
    for i in range(3):  # Gauss and Jordan
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for j in {0, 1, 2} - {i}:
            rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return {name: str(row[3]) for name, row in zip("xyz", rows, strict=True)}


@answer
def lattice_paths(tools: Tools) -> Any:
    def paths(a: tuple[int, int], b: tuple[int, int]) -> int:
        across, up = b[0] - a[0], b[1] - a[1]
        return math.comb(across + up, up) if across >= 0 <= up else 0

    closed, total = [(2, 5), (3, 2), (5, 4)], 0
    for count in range(4):  # inclusion and exclusion over the closed points
        for chosen in itertools.combinations(closed, count):
            way = [(0, 0), *chosen, (8, 6)]
            total += (-1) ** count * math.prod(itertools.starmap(paths, itertools.pairwise(way)))
    return total


@answer
def parcel_to_poland(tools: Tools) -> Any:
    goods = 22 * 2 + 129 + 14.5 * 4
    return tools["exchange"](goods + tools["shipping"]("Poland", 1.1 * 2 + 2.4 + 0.8 * 4), "EUR", "PLN")


@answer
def scarcest_tool(tools: Tools) -> Any:
    pieces = {
        "anvil": 2 + 1 + 0,
        "clamp": 140 + 60 + 15,
        "drill": 0 + 7 + 11,
        "hammer": 35 + 80,
        "saw": 12 + 25 + 3,
    }
    assert sorted(pieces) == tools["products"]("tools")
    fewest = sorted((count, name) for name, count in pieces.items())[0]
    return {"product": fewest[1], "pieces": fewest[0]}


@answer
def lightest_kitchen(tools: Tools) -> Any:
    return [name for _, name in sorted((tools["weight"](name), name) for name in ("pan", "whisk", "kettle"))]


@answer
def francs_for_the_home(tools: Tools) -> Any:
    return round((54 + 120 + 27.5 + 9 + 1.2 * (1.7 + 6.5 + 1.2)) * 0.95, 2)


@answer
def cheapest_to_rome(tools: Tools) -> Any:
    both = tools["flights"]("Oslo", "Rome", "2031-05-02") + tools["flights"]("Oslo", "Rome", "2031-05-03")
    return sorted((each["minutes"] > 200, each["price"], each["code"]) for each in both)[0][2]


@answer
def trip_via_vienna(tools: Tools) -> Any:
    return {"direct": min(210, 145), "via_vienna": 120 + 60}


@answer
def driest_city(tools: Tools) -> Any:
    means = []
    for city in ("Oslo", "Rome", "Vienna"):
        means.append((math.fsum(tools["rain"](city, f"2031-05-{day:02}") for day in (2, 3, 4, 5, 6)) / 5, city))
    return {"city": min(means)[1], "mean": min(means)[0]}


@answer
def weekend_budget(tools: Tools) -> Any:
    good = sorted(each["price"] for each in tools["hotels"]("Vienna") if not each["rating"] < 4)
    return 95 + good[0] * 4 + 110


@answer
def chain_of_command(tools: Tools) -> Any:
    def above(name: str) -> list[str]:
        boss = tools["manager"](name)
        return [boss, *above(boss)] if boss else []

    return above("Emil")


@answer
def underpaid_managers(tools: Tools) -> Any:
    names = {*tools["people"]("engineering"), *tools["people"]("sales")}
    best: dict[str, int] = {}
    for name in names:
        boss = tools["manager"](name)
        best[boss] = max(best.get(boss, 0), tools["salary"](name))
    return sorted(name for name in names & best.keys() if tools["salary"](name) * 10 < best[name] * 13)


@answer
def overtime(tools: Tools) -> Any:
    extra = dict.fromkeys(("Ada", "Bo", "Chen", "Grace"), 0)
    for name, week in itertools.product(extra, (1, 2, 3, 4)):
        booked = tools["hours"](name, week)
        extra[name] += booked - 40 if booked > 40 else 0
    return {"name": max(extra, key=lambda name: extra[name]), "hours": max(extra.values())}


@answer
def warmest_hour(tools: Tools) -> Any:
    best = max((0.1 * (a + b) - 2.0, -hour) for hour, (a, b) in enumerate(zip(
        (251, 260, 274, 290, 283, 265), (244, 259, 281, 295, 280, 262), strict=True)))  # fmt: skip
    return {"hour": -best[1], "celsius": round(best[0] / 2, 2)}


@answer
def word_counts(tools: Tools) -> Any:
    return {"carries": 3, "the": 6, "leaf": 2, "stone": 2}


@answer
def caesar(tools: Tools) -> Any:
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    table = str.maketrans(lower + upper, lower[-3:] + lower[:-3] + upper[-3:] + upper[:-3])
    return "Wkh phhwlqj lv dw qrrq ehklqg wkh rog ploo, eulqj wkuhh odqwhuqv".translate(table)


@answer
def log_lines(tools: Tools) -> Any:
    return {"errors": 3, "seconds": 30 + 45, "users": ["ana", "ben"]}


@answer
def palindromes(tools: Tools) -> Any:
    lines = ["amanaplanacanalpanama", "neveroddoreven", "wasitacatifed", "dogeeseseegod", "steponnopots"]
    return [n for n, line in enumerate(lines, 1) if all(line[i] == line[-1 - i] for i in range(len(line) // 2))]


@answer
def edit_distance(tools: Tools) -> Any:
    @cache
    def apart(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        return min(apart(a[1:], b) + 1, apart(a, b[1:]) + 1, apart(a[1:], b[1:]) + (a[0] != b[0]))

    return apart("incandescence", "independence")


@answer
def roman_sum(tools: Tools) -> Any:
    thousands, hundreds, tens, ones = map(int, str(1994 + 444 + 890 + 49))
    digits = ["", "x", "xx", "xxx", "xy", "y", "yx", "yxx", "yxxx", "xz"]
    parts = [digits[d].translate(str.maketrans("xyz", letters)) for d, letters in
             ((hundreds, "CDM"), (tens, "XLC"), (ones, "IVX"))]  # fmt: skip
    return "M" * thousands + "".join(parts)


@answer
def life_glider(tools: Tools) -> Any:
    board = [[False] * 8 for _ in range(8)]
    for row, column in ((0, 1), (1, 2), (2, 0), (2, 1), (2, 2)):
        board[row][column] = True
    for _ in range(50):
        near = [[sum(board[(r + a) % 8][(c + b) % 8] for a, b in itertools.product((-1, 0, 1), repeat=2))
                 for c in range(8)] for r in range(8)]  # fmt: skip
        board = [[near[r][c] == 3 or (board[r][c] and near[r][c] == 4) for c in range(8)] for r in range(8)]
    return [[r, c] for r in range(8) for c in range(8) if board[r][c]]


@answer
def one_counter_queue(tools: Tools) -> Any:
    arrive, need = [0, 2, 3, 7, 8, 9, 15, 16], [4, 3, 5, 2, 6, 1, 3, 2]
    # Done at the latest of: any earlier arrival with all the work from then on.
    done = [max(arrive[i] + sum(need[i : k + 1]) for i in range(k + 1)) for k in range(8)]
    waits = [done[k] - need[k] - arrive[k] for k in range(8)]
    return {"last_done": done[-1], "mean_wait": sum(waits) / 8}


@answer
def collatz_longest(tools: Tools) -> Any:
    best = (0, 0)
    for start in range(1, 30_001):
        n, steps = start, 0
        while n != 1:
            n, steps = (n >> 1, steps + 1) if not n & 1 else ((3 * n + 1) >> 1, steps + 2)
        best = max(best, (steps, -start))
    return {"start": -best[1], "steps": best[0]}


@answer
def estimate_pi(tools: Tools) -> Any:
    draw = random.Random(7).random
    return round(sum(math.hypot(draw(), draw()) <= 1 for _ in range(40_000)) / 10_000, 4)


@answer
def foxes_and_rabbits(tools: Tools) -> Any:
    def grown(rabbits: int, foxes: int, years: int) -> tuple[int, int]:
        if not years:
            return rabbits, foxes
        more = math.floor(Fraction(12 * rabbits, 10) - Fraction(rabbits * foxes, 100))
        return grown(
            max(0, more), math.floor(Fraction(9 * foxes, 10) + Fraction(rabbits * foxes, 1000)), years - 1
        )

    rabbits, foxes = grown(300, 15, 25)
    return {"rabbits": rabbits, "foxes": foxes}


@answer
def account_month(tools: Tools) -> Any:
    return {"balance": 500 + 250 - (120 + 2) - (75 + 2), "fees": 2 * 2}


@answer
def all_pages(tools: Tools) -> Any:
    words: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = tools["page_of_words"](cursor)
        words.extend(page["words"])
        cursor = page["next"] or None
    return {"words": len(words), "longest": sorted(words, key=lambda word: -len(word))[0]}


@answer
def open_the_lock(tools: Tools) -> Any:
    low, step = 0, 512
    while (said := tools["try_code"](min(low + step, 999))) != "open":
        low, step = (low + step, step // 2) if said == "higher" else (low, step // 2)
    return low + step


@answer
def maze(tools: Tools) -> Any:
    rows = ("#########", "#S..#...#", "##.#..#.#", "#..#.##.#", "#.##.#..#", "#......E#", "#########")
    reached, steps = {(1, 1)}, 0
    while not any(rows[r][c] == "E" for r, c in reached):
        reached |= {(r + a, c + b) for r, c in reached for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0))
                    if rows[r + a][c + b] != "#"}  # fmt: skip
        steps += 1
    return steps


@answer
def running_ledger(tools: Tools) -> Any:
    return [400 // 52, 400 % 52]


@answer
def bad_line(tools: Tools) -> Any:
    return 17 + 4 + 29 + 8 + 11 + 23


@answer
def particular_tool(tools: Tools) -> Any:
    return ((366 + 515 + 630) - (318 + 414 + 507)) * 1000


@answer
def dirty_numbers(tools: Tools) -> Any:
    good = [text.strip().replace(",", ".") for text in tools["measured"]() if re.fullmatch(r"\d+[.,]\d+ ?", text)]
    return {"usable": len(good), "mean": round(float(sum(map(Fraction, good)) / len(good)), 3)}


@answer
def too_heavy(tools: Tools) -> Any:
    return [tools["ship"]("nails", grams) for grams in (2000, 2000, 700)]


@answer
def own_mistake(tools: Tools) -> Any:
    # A unit of length is covered or not; what is covered without a gap is one interval.
    covered = {n for a, b in ([1, 4], [9, 12], [3, 6], [20, 21], [11, 15], [6, 7]) for n in range(a, b)}
    starts = sorted(n for n in covered if n - 1 not in covered)
    ends = sorted(n + 1 for n in covered if n + 1 not in covered)
    return [list(pair) for pair in zip(starts, ends, strict=True)]
