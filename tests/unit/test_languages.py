"""Every word of the pages is there in every language, with its values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.spoken_words import LANGUAGES, english, translations

WEB = Path(__file__).resolve().parents[2] / "web"


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    return english()


def values(words: str) -> list[str]:
    return sorted(re.findall(r"\{\d\}", words))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_word_and_no_other(said: dict[str, str], language: str) -> None:
    have = translations(language)
    missing = {f"{where}: {words}" for words, where in said.items() if words not in have}
    assert not missing, f"add them to web/languages/{language}.json"
    assert not set(have) - set(said), f"nobody says these any more: take them out of web/languages/{language}.json"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_are_whole(language: str) -> None:
    have = translations(language)
    assert not [key for key, words in have.items() if not words.strip()]
    assert not [key for key, words in have.items() if values(words) != values(key)]
    edges = [key for key, words in have.items() if (key[0] == " ") != (words[0] == " ")]
    assert not edges
    assert list(have) == sorted(have, key=lambda key: (key.lower(), key)), "in the order of the English words"


def test_every_language_is_offered_and_can_be_loaded() -> None:
    names = re.findall(r"(\w\w): '", (WEB / "language_names.js").read_text())
    loaded = re.findall(r"import\('\./languages/(\w+)\.json'\)", (WEB / "languages.js").read_text())
    assert sorted(names) == sorted(["en", *LANGUAGES])
    assert sorted(loaded) == LANGUAGES


def test_the_words_are_looked_for_where_they_are(said: dict[str, str]) -> None:
    assert said["Send"].endswith(".html")
    assert said["Step {0} started."] == "elements/narration.js"
    assert said["Answer (verb)"] == "elements/question.js"
    assert len(said) > 400


def test_no_words_are_frozen_at_import() -> None:
    """Called while a module is imported, ``msg`` gives English for good: there, it must be within a function."""
    at_import = re.compile(r"^(?:export )?const \w+ = (?:[\[{]\n.*?^[\]}]|[^\n]*)", re.S | re.M)
    for path in WEB.rglob("*.js"):
        if path.relative_to(WEB).parts[0].startswith("vendor"):
            continue
        lines = "\n".join(at_import.findall(path.read_text())).splitlines()
        assert not [line for line in lines if "msg(" in line and "=>" not in line], path
