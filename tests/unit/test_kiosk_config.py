"""The operator's file of a kiosk: each mistake has a sentence that names it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.web_modules import run_module

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import { findMistakes } from '%s';
import { LANGUAGES } from '%s';
import { USUAL } from '%s';
const found = JSON.parse(process.argv[2]).map(findMistakes);
console.log(JSON.stringify({ found, languages: Object.keys(LANGUAGES), usual: findMistakes(USUAL) }));
"""
GOOD = {"title": "Ask", "tasks": [{"show": "Laptops", "recording": "laptops"}]}
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"titel": "Ask"}, "`titel`, which is not a setting"),
    ({"title": 5}, "`title` must be a text"),
    ({"title": {"xx": "Ask"}}, "`title` has `xx`; the kiosk speaks `en`, `de`, `fr`, `es`"),
    ({"title": {"en": " "}}, "`title` has an empty text"),
    ({"languages": []}, "`languages` must be a list"),
    ({"languages": ["en", "it"]}, "`languages` has `it`"),
    ({"languages": ["en", "en"]}, "`languages` names a language twice"),
    ({"tasks": "laptops"}, "`tasks` must be a list"),
    ({"tasks": []}, "nothing to do"),
    ({"tasks": ["laptops"]}, "`tasks[0]` must be an object"),
    ({"tasks": [{"show": "x"}]}, "`tasks[0]` needs either `recording`, or `task`"),
    ({"tasks": [{"show": "x", "recording": "a", "task": "b"}], "model": "m"}, "`tasks[0]` needs either"),
    ({"tasks": [{"recording": "a"}]}, "`tasks[0].show` must be a text"),
    ({"tasks": [{"show": "x", "recording": "../a"}]}, "`tasks[0].recording` must be the name"),
    ({"tasks": [{"show": "x", "recording": "a", "icon": "b"}]}, "`tasks[0]` has `icon`"),
    ({"tasks": [{"show": "x", "task": "Ask it"}]}, "`model` must name a model"),
    ({"free_task": True}, "`model` must name a model"),
    ({"free_task": "yes"}, "`free_task` must be true or false"),
    ({"attract": {"recording": "a"}}, "`attract.pause_seconds` must be a number above 0"),
    ({"attract": "a"}, "`attract` must be null"),
    ({"attract": {"recording": "a", "pause_seconds": 3, "loud": True}}, "`attract` has `loud`"),
    ({"model": ""}, "`model` must be the id"),
    ({"idle_seconds": 0}, "`idle_seconds` must be a number above 0"),
    ({"run_seconds": "60"}, "`run_seconds` must be a number above 0"),
    ({"max_steps": 2.5}, "`max_steps` must be a whole number above 0"),
    ({"limits": {"time_ms": -1}}, "`limits.time_ms` must be a whole number above 0"),
    ({"limits": []}, "`limits` must be an object"),
    ({"scheme": "blue"}, '`scheme` must be "light", "dark" or "auto"'),
    ({"colors": {"accent": "red; x: y"}}, "`colors.accent` must be a colour"),
    ({"colors": {"border": "#fff"}}, "`colors` has `border`"),
    ({"exit_code": "12"}, "`exit_code` must be 4 to 12 digits"),
    ({"exit_code": "12ab"}, "`exit_code` must be 4 to 12 digits"),
]


@pytest.fixture(scope="module")
def outcome() -> dict[str, Any]:
    """What the check says of each mistake, then of the files of this repository."""
    paths = [ROOT / "web" / name for name in ("kiosk/config_check.js", "language_names.js", "kiosk/config.js")]
    mistaken = [{**GOOD, **mistake} for mistake, _ in MISTAKES]
    configs = [*mistaken, [], *(json.loads(each.read_text()) for each in FILES)]
    told: dict[str, Any] = json.loads(run_module(SCRIPT % tuple(map(str, paths)), json.dumps(configs)))
    return told


FILES = sorted([ROOT / "web" / "kiosk.json", *(ROOT / "docs" / "examples").glob("kiosk*/kiosk.json")])


@pytest.mark.parametrize("index", range(len(MISTAKES)), ids=[each[1][:40] for each in MISTAKES])
def test_a_mistake_has_one_sentence(outcome: dict[str, Any], index: int) -> None:
    sentences = outcome["found"][index]
    assert len(sentences) == 1, sentences
    assert MISTAKES[index][1] in sentences[0]
    assert sentences[0].endswith(".")


def test_what_is_no_object_is_refused_and_our_own_files_are_right(outcome: dict[str, Any]) -> None:
    empty, *files = outcome["found"][len(MISTAKES) :]
    assert "must hold an object" in empty[0]
    assert len(files) == len(FILES) >= 1
    assert not any(files), files
    assert len(outcome["usual"]) == 1, "only the tasks are missing"


def test_our_kiosk_has_its_texts_in_every_language(outcome: dict[str, Any]) -> None:
    config = json.loads((ROOT / "web" / "kiosk.json").read_text())
    for text in [config["title"], config["intro"], *(task["show"] for task in config["tasks"])]:
        assert list(text) == config["languages"] == outcome["languages"]


def test_the_document_has_every_setting(outcome: dict[str, Any]) -> None:
    known = re.findall(r"`(\w+)`", outcome["found"][0][0].partition("there are")[2])
    document = (ROOT / "docs" / "kiosk.md").read_text()
    assert [name for name in known if f"| `{name}`" not in document] == []
