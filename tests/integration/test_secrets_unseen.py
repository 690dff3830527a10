"""No secret of the settings in what Python, pydantic or we say of them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from codeact_server.errors import SettingsError
from codeact_server.settings import Settings, load_settings
from pydantic import BaseModel, SecretStr

SECRETS = {name: f"{name.lower()}-0123456789abcdef" for name in ("KEY", "CALLERS", "COOKIES", "FIGURES")}
SECRETS["STORE"] = "redis://:store-0123456789abcdef@127.0.0.1:6379/0"
CONFIG = """
[upstream]
base_url = "http://127.0.0.1:9/v1"
api_key_env = "KEY"
headers = { api-key = "header-0123456789abcdef" }
[access]
mode = ["session", "token"]
token_env = "CALLERS"
[access.session]
secret_env = "COOKIES"
[quotas]
store_env = "STORE"
[metrics]
token_env = "FIGURES"
"""
WORDS = [value.rpartition(":")[2].partition("@")[0] for value in SECRETS.values() if "redis" not in value]
WORDS += ["store-0123456789abcdef", "header-0123456789abcdef"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "codeact.toml"
    path.write_text(CONFIG)
    return load_settings(path, SECRETS)


def inner(value: Any) -> list[Any]:
    """``value`` and every part of the settings in it."""
    found = [value]
    fields = getattr(type(value), "model_fields", None)
    parts = [getattr(value, name) for name in fields] if fields else value if isinstance(value, tuple) else []
    for part in parts:
        found += inner(part)
    return found


def test_no_representation_of_a_setting_shows_a_secret(settings: Settings) -> None:
    parts = [part for part in inner(settings) if isinstance(part, (BaseModel, SecretStr))]
    assert sum(isinstance(part, SecretStr) for part in parts) >= 4
    for part in parts:
        for text in (repr(part), str(part)):
            assert not [word for word in WORDS if word in text], text


def test_secrets_reach_a_worker(settings: Settings) -> None:
    """The settings travel there pickled, through a pipe."""
    there = pickle.loads(pickle.dumps(settings))
    assert there == settings
    (upstream,) = there.upstreams
    assert upstream.api_key.get_secret_value() == SECRETS["KEY"]


@pytest.mark.parametrize("table", ["upstream", "access", "access.session", "quotas", "metrics"])
@pytest.mark.parametrize("where", ["key", "value", "name"])
def test_no_mistake_repeats_what_was_typed(tmp_path: Path, table: str, where: str) -> None:
    word = "typed-0123456789abcdef"
    line = {
        "key": f'"{word[:5]}" = "{word}"',
        "value": f'mode = "{word}"\nminutes = "{word}"\ndialect = "{word}"\ntoken_env = "{word}"',
        "name": f'api_key_env = "{word}"\ntoken_env = "{word}"\nsecret_env = "{word}"\nstore_env = "{word}"',
    }[where]
    path = tmp_path / "codeact.toml"
    path.write_text(f"[{table}]\n{line}\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    assert word not in str(caught.value)
    assert caught.value.__cause__ is None or word not in repr(caught.value.__cause__)
