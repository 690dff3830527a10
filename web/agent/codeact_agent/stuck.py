"""Notice that a run goes in circles: first a nudge, then the end.

The patterns are those of OpenHands' stuck detector: the same action with the same observation, two that
alternate, the same error again and again.
"""

__all__ = ["StuckDetector"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SAME = 3
_ALTERNATING = 4
_ERRORS = 3
_REMEMBERED = 6


class StuckDetector:
    """Sees the steps of one run."""

    def __init__(self) -> None:
        self.has_nudged = False
        self._steps: list[Any] = []

    def take(self, action: str, observation: str, error: str | None) -> str | None:
        """Why the run seems stuck, or None. ``error`` is class and text of what the code raised.

        >>> detector = StuckDetector()
        >>> detector.take("print(1)", "1", None)
        >>> detector.take("print(1)", "1", None)
        >>> detector.take("print(1)", "1", None)
        'the same action gave the same observation three times'
        """
        self._steps.append((action, observation, error))
        self._steps = self._steps[-_REMEMBERED:]
        reason = self._reason()
        if reason:
            self._steps = []  # what comes after the nudge is seen afresh
        return reason

    def _reason(self) -> str | None:
        pairs = [(action, observation) for action, observation, _ in self._steps]
        if len(pairs) >= _SAME and pairs[-1] == pairs[-2] == pairs[-3]:
            return "the same action gave the same observation three times"
        if len(pairs) >= _ALTERNATING and pairs[-1] == pairs[-3] and pairs[-2] == pairs[-4]:
            return "two actions take turns, and nothing changes"
        errors = [error for _, _, error in self._steps[-_ERRORS:]]
        if len(errors) == _ERRORS and errors[0] and errors[0] == errors[1] == errors[2]:
            return f"the same error came {_ERRORS} times: {errors[0]}"
        return None
