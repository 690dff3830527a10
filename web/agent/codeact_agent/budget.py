"""What a run has used, against what it may use."""

__all__ = ["Spending"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Spending:
    """Adds up tokens and money of one run."""

    def __init__(self, budget: dict[str, float], price: "dict[str, float] | None") -> None:
        """``price`` is money per million tokens, ``{input, output}``; without one, money is not counted."""
        self._budget = budget
        self._price = price
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.estimated = False
        self.cost: float | None = 0.0 if price else None

    def add(self, usage: dict[str, "Any"]) -> float | None:
        """Count one reply; its cost, or None where no price is known.

        >>> Spending({}, {"input": 2.0, "output": 8.0}).add(
        ...     {"prompt_tokens": 1000, "completion_tokens": 500, "estimated": False})
        0.006
        """
        self.prompt_tokens += usage["prompt_tokens"]
        self.completion_tokens += usage["completion_tokens"]
        self.estimated = self.estimated or usage["estimated"]
        if self._price is None or self.cost is None:
            return None
        cost: float = (
            usage["prompt_tokens"] * self._price["input"] + usage["completion_tokens"] * self._price["output"]
        ) / 1e6
        self.cost += cost
        return cost

    def add_run(self, usage: dict[str, "Any"], cost: float | None) -> None:
        """Count a whole run of another agent."""
        self.prompt_tokens += usage["prompt_tokens"]
        self.completion_tokens += usage["completion_tokens"]
        self.estimated = self.estimated or usage["estimated"]
        if cost:
            self.cost = (self.cost or 0.0) + cost

    def exceeded(self, seconds: float) -> str | None:
        """The name of the budget that is used up after ``seconds``, or None."""
        used = {
            "tokens": self.prompt_tokens + self.completion_tokens,
            "seconds": seconds,
            "money": self.cost or 0.0,
        }
        for name in self._budget:
            if used[name] >= self._budget[name]:
                return name
        return None

    @property
    def usage(self) -> dict[str, "Any"]:
        """``{prompt_tokens, completion_tokens, estimated}`` of the run so far."""
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "estimated": self.estimated,
        }
