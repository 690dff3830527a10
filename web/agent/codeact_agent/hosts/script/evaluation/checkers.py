"""Judge an answer. Four kinds of checker, declared in a suite's lines; see docs/evaluation.md."""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from codeact_agent.hosts.script.evaluation.errors import SuiteError

__all__ = ["Checker", "Exact", "Json", "Numeric", "Predicate", "Verdict", "load_predicate"]

# True where the answer is right, else a sentence that says what is wrong with it.
Verdict = Literal[True] | str


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exact(_Declared):
    """The same value: text is compared without blanks around it, 3 and 3.0 are equal, True and 1 are not."""

    kind: Literal["exact"]
    expected: str | bool | int | float | None
    ignore_case: bool = False

    def check(self, answer: Any, folder: Path) -> Verdict:
        """See the class."""
        given, wanted = _text(answer, self.ignore_case), _text(self.expected, self.ignore_case)
        return _same(given, wanted, 0.0) or f"{_shown(answer)} is not {_shown(self.expected)}"


class Numeric(_Declared):
    """A number, or text that is one, at most ``tolerance`` away."""

    kind: Literal["numeric"]
    expected: int | float
    tolerance: float = Field(default=1e-9, ge=0)

    def check(self, answer: Any, folder: Path) -> Verdict:
        """See the class."""
        number = _number(answer)
        if number is None:
            return f"{_shown(answer)} is not a number"
        if abs(number - self.expected) <= self.tolerance:
            return True
        return f"{_shown(answer)} is more than {self.tolerance:g} away from {self.expected}"


class Json(_Declared):
    """The same JSON value, or text that is JSON of it; numbers at most ``tolerance`` apart. ``any_order``: lists
    are the same whatever their order."""

    kind: Literal["json"]
    expected: Any
    tolerance: float = Field(default=1e-9, ge=0)
    any_order: bool = False

    def check(self, answer: Any, folder: Path) -> Verdict:
        """See the class."""
        if isinstance(answer, str) and not isinstance(self.expected, str):
            try:
                answer = json.loads(answer)
            except ValueError:
                return f"{_shown(answer)} is not JSON"
        given, wanted = (_sorted(answer), _sorted(self.expected)) if self.any_order else (answer, self.expected)
        return _same(given, wanted, self.tolerance) or f"{_shown(answer)} is not {_shown(self.expected)}"


class Predicate(_Declared):
    """``def NAME(answer) -> bool | str`` in a Python file beside the suite; a text says what is wrong."""

    kind: Literal["python"]
    file: str
    function: str = "check"

    def check(self, answer: Any, folder: Path) -> Verdict:
        """See the class. Raises SuiteError where the predicate itself fails: that is no wrong answer."""
        where = f"{self.file}: {self.function}()"
        predicate = load_predicate(folder / self.file, self.function)
        try:
            verdict = predicate(answer)
        except Exception as error:
            raise SuiteError(
                f"{where} raised {type(error).__name__}: {error}, for the answer {_shown(answer)}. "
                "A checker must judge every answer."
            ) from error
        if isinstance(verdict, str):
            return verdict or f"{where} says no"
        if not isinstance(verdict, bool):
            raise SuiteError(f"{where} gave {type(verdict).__name__} instead of True, False or a text.")
        return verdict or f"{where} says no to {_shown(answer)}"


Checker = Annotated[Exact | Numeric | Json | Predicate, Field(discriminator="kind")]


def load_predicate(path: Path, name: str) -> Callable[[Any], object]:
    """The function ``name`` of the file ``path``. Raises SuiteError."""
    spec = importlib.util.spec_from_file_location(f"checker_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise SuiteError(f"The checker's file {path} is not there.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise SuiteError(f"{path} could not be loaded: {type(error).__name__}: {error}") from error
    predicate = getattr(module, name, None)
    if not callable(predicate):
        raise SuiteError(f"{path} has no function {name}().")
    return predicate  # type: ignore[no-any-return]


def _same(given: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(given, bool) or isinstance(wanted, bool):
        return given is wanted
    if isinstance(given, int | float) and isinstance(wanted, int | float):
        return abs(given - wanted) <= tolerance
    if isinstance(given, list) and isinstance(wanted, list):
        return len(given) == len(wanted) and all(map(_same, given, wanted, [tolerance] * len(given)))
    if isinstance(given, dict) and isinstance(wanted, dict):
        return given.keys() == wanted.keys() and all(_same(given[key], wanted[key], tolerance) for key in wanted)
    return bool(given == wanted)


def _sorted(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    return value


def _text(value: Any, ignore_case: bool) -> Any:
    if not isinstance(value, str):
        return value
    return value.strip().casefold() if ignore_case else value.strip()


def _number(answer: Any) -> float | None:
    if isinstance(answer, str):
        try:
            answer = float(answer.replace(",", ""))
        except ValueError:
            return None
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not math.isfinite(answer):
        return None
    return answer


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 200 else f"{text[:200]}…"
