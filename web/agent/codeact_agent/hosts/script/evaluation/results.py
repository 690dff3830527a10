"""The file of results: written whole after each run, gone on with by the next one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from codeact_agent.hosts.script.evaluation.errors import ResultsError
from codeact_agent.hosts.script.evaluation.played import Planned, Played
from codeact_agent.hosts.script.evaluation.summary import summarise

__all__ = ["Results"]

VERSION = 1


class Results:
    """``{version, suite, digest, model, results, summary}`` in a file, and the traces in a folder beside it.

    A result is ``{id, domain, mode, success, turns, tokens, seconds, answer, verdict, error, trace}``; ``trace``
    is a path from the file's folder. Whatever is in the file has been run; one with an ``error`` is run again.
    """

    def __init__(self, path: Path, suite: str, digest: str, model: str) -> None:
        """Go on with ``path`` if it is there. Raises ResultsError where it is of something else or cannot be
        written; it is left as it was then."""
        self._path = path
        self._traces = path.with_name(f"{path.stem}_traces")
        self._head = {"version": VERSION, "suite": suite, "digest": digest, "model": model}
        self._results = self._earlier() if path.exists() else []
        self._write()

    @property
    def summary(self) -> dict[str, Any]:
        """See summary.py."""
        return summarise(self._results)

    def has(self, planned: Planned) -> bool:
        """Whether it has been run and judged."""
        return any(_is_of(each, planned) and not each["error"] for each in self._results)

    def add(self, planned: Planned, played: Played) -> dict[str, Any]:
        """Keep a run and its trace; gives the result. Raises ResultsError."""
        trace = self._traces / planned.mode / f"{planned.id.replace('/', '__')}.json"
        result = {
            "id": planned.id, "domain": planned.domain, "mode": planned.mode, "success": played.success,
            "turns": played.turns, "tokens": played.tokens, "seconds": round(played.seconds, 3),
            "answer": played.answer, "verdict": played.verdict, "error": played.error,
            "trace": trace.relative_to(self._path.parent).as_posix(),
        }  # fmt: skip
        self._replace(trace, played.trace)
        self._results = [each for each in self._results if not _is_of(each, planned)]
        self._results.append(result)
        self._write()
        return result

    def _earlier(self) -> list[dict[str, Any]]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
            head = {key: document[key] for key in self._head}
            results: list[dict[str, Any]] = document["results"]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise ResultsError(
                f"{self._path} holds no results to go on with. Name another file with --out."
            ) from error
        for key, words in (("version", "version"), ("suite", "the suite"), ("model", "the model")):
            if head[key] != self._head[key]:
                raise ResultsError(
                    f"{self._path} has results of {words} {head[key]!r}, not {self._head[key]!r}. "
                    "Name another file with --out."
                )
        if head["digest"] != self._head["digest"]:
            raise ResultsError(
                f"The suite {head['suite']!r} has changed since the results in {self._path}. "
                "Name another file with --out."
            )
        return results

    def _write(self) -> None:
        self._replace(self._path, {**self._head, "results": self._results, "summary": self.summary})

    def _replace(self, path: Path, document: dict[str, Any]) -> None:
        """Whole or not at all: an interrupt must not leave half a file."""
        fresh = path.with_name(f".{path.name}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            os.replace(fresh, path)
        except OSError as error:
            raise ResultsError(f"{path} cannot be written: {error.strerror}.") from error


def _is_of(result: dict[str, Any], planned: Planned) -> bool:
    return bool(result["id"] == planned.id and result["mode"] == planned.mode)
