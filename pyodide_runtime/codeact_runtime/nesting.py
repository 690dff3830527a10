"""How deep the tree would be that the parser makes of some code, found without parsing."""

from __future__ import annotations

import re

__all__ = ["position_beyond"]

# Ranks of operators, the loosest first. A looser one ends the chains of all that bind tighter.
_ELSE, _AND, _NOT, _COMPARE, _BITS, _PLUS, _TIMES, _POWER, _POSTFIX = range(9)
_RANKS = {
    "lambda": _ELSE, "else": _ELSE, "for": _ELSE, "if": _ELSE, "and": _AND, "or": _AND, "not": _NOT,
    "<": _COMPARE, ">": _COMPARE, "=": _COMPARE, "!": _COMPARE,
    "<<": _BITS, ">>": _BITS, "|": _BITS, "^": _BITS, "&": _BITS, "+": _PLUS, "-": _PLUS,
    "*": _TIMES, "/": _TIMES, "%": _TIMES, "@": _TIMES, "**": _POWER, "~": _POWER,
}  # fmt: skip
# `a and b and c` and `a < b < c` are one node, however long.
_FLAT = {"if", "and", "or"}
_CLOSERS = {"(": ")", "[": "]", "{": "}"}

# Atomic groups where a possessive repeat would hold a lookahead, which Python 3.11.2 gets wrong (gh-106052).
_CODE = re.compile(
    r"""
    (?P<skip> \#.* | \\\r?\n | \b\d[\w.]* | :=
      | (?: (?<!\w)(?i:br|rb|[rbu]) )?+
        (?: '''(?>(?:[^\\']+|\\[\s\S]|'(?!''))*)''' | \"\"\"(?>(?:[^\\"]+|\\[\s\S]|"(?!""))*)\"\"\"
          | '(?!'')[^'\\\n]*+(?:\\[\s\S][^'\\\n]*+)*+' | "(?!"")[^"\\\n]*+(?:\\[\s\S][^"\\\n]*+)*+" ) )
  | (?P<text> (?<!\w)(?i:[ft]r?|r[ft]) (?:'''|\"\"\"|'|") )
  | (?P<word> \b(?:not\s+in|is\s+not|is|in|else|lambda|for|if|and|or|not)\b )
  | (?P<run> [-+*/%@&|^<>=!~] (?:(?:[\s\\]|\#.*)*+ [-+*/%@&|^<>=!~])*+ )
  | (?P<dot> \. ) | (?P<opener> [(\[{] ) | (?P<closer> [)\]}] ) | (?P<colon> : ) | (?P<end> [,;] ) | (?P<line> \n )
    """,
    re.VERBOSE,
)
_TEXTS = {
    quote: re.compile(rf"\\[^{{}}]|\{{\{{|\}}\}}|(?P<opener>\{{)|(?P<closer>{end})")
    for quote, end in (("'", "['\n]"), ('"', '["\n]'), ("'''", "'''"), ('"""', '"""'))
}
_FORMAT = re.compile(r"(?P<opener>\{)|(?P<closer>[}\n])")


def position_beyond(code: str, most: int) -> int | None:
    """Where in ``code`` more than ``most`` expressions are within one another; None if nowhere.

    An upper bound of the depth is compared, so that it may be somewhat less there. Calls and operators that
    follow one another count, since each is the operand of the next; what commas separate does not. What is no
    Python gives some answer.

    >>> position_beyond("x = [" + "-1, " * 9 + "- - -1]", 3)
    46
    """
    return _Scanner(code, most).scan()


class _Level:
    """What has been seen since a bracket, a lambda or the statement began.

    ``depth`` is an upper bound of how deep the tree is that it makes, without ``tail``, the deepest bracket
    in it. ``outer`` is the depth of all levels around it.
    """

    __slots__ = ("best", "chains", "closer", "depth", "longest", "outer", "tail", "text")

    def __init__(self, closer: str, outer: int, text: re.Pattern[str] | None = None) -> None:
        self.closer, self.outer, self.text = closer, outer, text
        self.best = 0
        self.restart()

    def restart(self) -> None:
        """A comma or a new statement: what comes now is beside what was, not within."""
        self.chains = [0] * 9
        self.longest = [0] * 9
        self.depth = self.tail = 0

    def operator(self, rank: int, times: int) -> None:
        length = self.chains[rank] + times
        self.chains[rank:] = [length] + [0] * (8 - rank)
        if length > self.longest[rank]:
            self.depth += length - self.longest[rank]
            self.longest[rank] = length


class _Scanner:
    def __init__(self, code: str, most: int) -> None:
        self._code = code
        self._most = most
        self._levels = [_Level("", 0)]
        kinds = ("text", "word", "run", "dot", "opener", "closer", "colon", "end", "line")
        self._seen = {kind: getattr(self, f"_{kind}") for kind in kinds}

    def scan(self) -> int | None:
        code, position = self._code, 0
        while match := (self._levels[-1].text or _CODE).search(code, position):
            position = match.end()
            if seen := self._seen.get(match.lastgroup or ""):
                seen(match[0])
                level = self._levels[-1]
                if level.outer + level.depth + level.tail > self._most:
                    return position
        return None

    def _open(self, closer: str, text: re.Pattern[str] | None = None) -> None:
        level = self._levels[-1]
        self._levels.append(_Level(closer, level.outer + level.depth, text))

    def _close(self) -> None:
        level = self._levels.pop()
        outer = self._levels[-1]
        outer.tail = max(outer.tail, level.best, level.depth + level.tail)

    def _word(self, word: str) -> None:
        rank = _RANKS.get(word, _COMPARE)  # `in`, `is not` and the like
        self._levels[-1].operator(rank, 0 if rank == _COMPARE or word in _FLAT else 1)
        if word == "lambda":
            self._open(":")

    def _run(self, run: str) -> None:
        """Operators with nothing but space between: one, and the signs of what follows it."""
        first = run[:2] if run[:2] in _RANKS else run[0]
        rank = _RANKS[first]
        level = self._levels[-1]
        level.operator(rank, 0 if rank == _COMPARE else 1)
        if len(run) > len(first) and (signs := sum(map(run.count, "+-~")) - (first in "+-~")):
            level.operator(_POWER, signs)

    def _dot(self, _: str) -> None:
        self._levels[-1].operator(_POSTFIX, 1)

    def _opener(self, opener: str) -> None:
        level = self._levels[-1]
        if not level.text:  # the fields of an f-string lie beside one another
            level.operator(_POSTFIX, 1)
        self._open(_CLOSERS[opener])

    def _text(self, start: str) -> None:
        quote = start.lstrip("fFrRtT")
        self._open(quote, _TEXTS[quote])

    def _closer(self, _: str) -> None:
        if len(self._levels) > 1:
            self._close()

    def _colon(self, _: str) -> None:
        level = self._levels[-1]
        if level.closer == ":":
            self._close()
        elif level.closer == "}" and self._levels[-2].text:
            level.text = _FORMAT

    def _end(self, _: str) -> None:
        level = self._levels[-1]
        level.best = max(level.best, level.depth + level.tail)
        level.restart()

    def _line(self, _: str) -> None:
        if len(self._levels) == 1:
            self._levels[0].restart()
