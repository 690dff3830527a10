"""What the operator decides for the pages, in codeact.toml or in the site: /site.json, and mistakes in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from codeact_server.errors import SettingsError
from codeact_server.serve import running_server
from codeact_server.settings import Settings, load_settings

ROOT = Path(__file__).parents[2]
USUAL = {
    "widget_origins": [],
    "endpoints": [],
    "own_endpoint": False,
    "local_models": [],
    "own_model": True,
    "prompt_api": True,
    "offline": False,
    "isolate": False,
    "relay": True,
}
ENDPOINT = {"name": "Ours", "base_url": "https://api.example/v1", "models": ["small", "large"]}
MODEL = {"id": "tiny", "name": "Tiny", "engine": "wllama", "url": "models/tiny.gguf", "bytes": 9_000_000}
TOML = """
widget_origins = ["https://shop.example", "*"]
offline = true
prompt_api = false
[[endpoints]]
name = "Ours"
base_url = "https://api.example/v1/"
models = ["small", "large"]
[[local_models]]
id = "tiny"
name = "Tiny"
engine = "wllama"
url = "models/tiny.gguf"
bytes = 9000000
"""


def told(settings: Settings) -> dict[str, Any]:
    with running_server(settings) as address:
        answer = httpx.get(f"{address}/site.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-cache"
        return answer.json()


def loaded(folder: Path, text: str, site: Path) -> Settings:
    path = folder / "codeact.toml"
    path.write_text(text)
    return load_settings(path, {}, site=site)


def test_the_page_is_told_what_codeact_toml_says(site: Path, tmp_path: Path) -> None:
    assert told(loaded(tmp_path, TOML, site)) == {
        **USUAL,
        "widget_origins": ["https://shop.example", "*"],
        "offline": True,
        "prompt_api": False,
        "endpoints": [ENDPOINT],
        "local_models": [MODEL],
    }


def test_what_it_does_not_say_is_as_in_the_site(site: Path, tmp_path: Path) -> None:
    (site / "site.json").write_text(json.dumps({"relay": False, "own_model": False, "endpoints": [ENDPOINT]}))
    assert told(Settings(site=site)) == {**USUAL, "own_model": False, "endpoints": [ENDPOINT]}
    assert told(loaded(tmp_path, "own_model = true\nendpoints = []", site)) == USUAL


def test_an_endpoint_of_ones_own_takes_a_word_in_codeact_toml(site: Path, tmp_path: Path) -> None:
    """A site for static hosts offers it; a server's page may ask anybody only if its operator says so."""
    (site / "site.json").write_text('{"own_endpoint": true}')
    assert told(Settings(site=site))["own_endpoint"] is False
    assert told(loaded(tmp_path, "own_endpoint = true", site))["own_endpoint"] is True


def test_the_page_knows_each_setting() -> None:
    (page,) = re.findall(r"USUAL = Object\.freeze\(\{(.*?)\}\)", (ROOT / "web/site_settings.js").read_text(), re.S)
    assert set(re.findall(r"^\s+(\w+):", page, re.M)) == set(USUAL)
    assert set(json.loads((ROOT / "web" / "site.json").read_text())) == set(USUAL)


MISTAKES = [
    ('widget_origins = ["shop.example"]', "`widget_origins.0` must be an origin, such as https://api.example"),
    ('widget_origins = ["https://*.example"]', "`widget_origins.0` must be an origin"),
    ('own_endpoint = "yes"', "`own_endpoint` should be a valid boolean"),
    ("offline = 1", "`offline` should be a valid boolean"),
    ('[[endpoints]]\nname = "E"', "`endpoints.0.base_url` is missing"),
    (
        '[[endpoints]]\nname = "E"\nbase_url = "api.example"',
        "`endpoints.0.base_url` must be an http:// or https://",
    ),
    (
        '[[endpoints]]\nname = "E"\nbase_url = "https://a.example"\napi_key = "sk-secret"',
        "`endpoints.0.api_key` is not a known setting",
    ),
    ('[[local_models]]\nid = "a"\nname = "A"\nengine = "magic"\nurl = "a"', "`local_models.0.engine` should be"),
    (
        '[[local_models]]\nid = "a"\nname = "A"\nengine = "wllama"\nurl = "/a"',
        "`local_models.0.url` must be a path",
    ),
    (
        '[[local_models]]\nid = "a"\nname = "A"\nengine = "wllama"\nurl = "a"\nsha256 = "abc"',
        "`local_models.0.sha256` must be 64 hexadecimal digits",
    ),
    (
        f'[[local_models]]\nid = "a"\nname = "A"\nengine = "webllm"\nurl = "a"\nsha256 = "{"0" * 64}"',
        "`local_models.0` has a sha256, which is checked of GGUF files",
    ),
    (
        '[[local_models]]\nid = "a"\nname = "A"\nengine = "wllama"\nurl = "file:///a"',
        "`local_models.0.url` must be",
    ),
    (
        '[[local_models]]\nid = "a"\nname = "A"\nengine = "wllama"\nurl = "a"\n' * 2,
        "`local_models` names a twice",
    ),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_one_sentence(site: Path, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(tmp_path, text, site)
    (sentence,) = str(raised.value).splitlines()
    assert sentence.startswith(f"{tmp_path / 'codeact.toml'}: {said}")
    assert sentence.endswith(".")
    assert "sk-secret" not in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not valid JSON"),
        ("[]", "is not valid JSON: it holds no object"),
        ('{"widget_origin": []}', ": `widget_origin` is not a known setting."),
        ('{"endpoints": [{"name": "E", "base_url": "x"}]}', ": `endpoints.0.base_url` must be an http://"),
    ],
)
def test_a_mistake_in_the_sites_file_keeps_the_server_from_starting(site: Path, text: str, said: str) -> None:
    (site / "site.json").write_text(text)
    with pytest.raises(SettingsError, match=re.escape(f"{site / 'site.json'}")) as raised:
        told(Settings(site=site))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_settings_in_the_document_are_understood(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(host = .*?)```", (ROOT / "docs" / "deploy.md").read_text(), re.S)
    (tmp_path / "codeact.toml").write_text(example)
    settings = load_settings(
        tmp_path / "codeact.toml", {"MY_KEY": "sk-0123456789", "METRICS_TOKEN": "metrics-0123456789"}
    )
    usual = Settings()
    given = ("public_url", "upstreams", "metrics", "endpoints", "local_models", "site")
    assert {name: getattr(settings, name) for name in Settings.model_fields if name not in given} == {
        name: getattr(usual, name) for name in Settings.model_fields if name not in given
    }
    assert settings.site == tmp_path / usual.site
