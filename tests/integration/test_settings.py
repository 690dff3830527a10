"""Settings from codeact.toml and the environment: what wins, and one sentence per mistake."""

from pathlib import Path

import pytest
from codeact_server.errors import SettingsError
from codeact_server.settings import load_settings

SECRET = "sk-secret-0123456789"
TWO = "[[upstream]]\nname='a'\nbase_url='http://a'\n[[upstream]]\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "codeact.toml"
    path.write_text(text)
    return path


def problems(path: Path | None, environ: dict[str, str], **overrides) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ, **overrides)
    assert SECRET not in str(caught.value)
    return caught.value.problems


def test_without_anything_the_defaults_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environ={})
    assert (settings.host, settings.port, settings.upstreams) == ("127.0.0.1", 8000, ())
    assert settings.limits.body_bytes == 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("environ", "base_url", "key"),
    [
        ({"OPENAI_API_KEY": SECRET}, "https://api.openai.com/v1", SECRET),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:11434/v1/"}, "http://127.0.0.1:11434/v1", None),
        ({"OPENAI_BASE_URL": "http://m/v1", "OPENAI_API_KEY": f" {SECRET}\n"}, "http://m/v1", SECRET),
    ],
)
def test_the_environment_gives_one_upstream(tmp_path, monkeypatch, environ, base_url, key):
    monkeypatch.chdir(tmp_path)
    (upstream,) = load_settings(environ=environ).upstreams
    assert (upstream.name, upstream.base_url) == ("default", base_url)
    assert (upstream.api_key and upstream.api_key.get_secret_value()) == key
    assert SECRET not in repr(upstream)


def test_the_file_is_read_and_paths_in_it_are_beside_it(tmp_path):
    (tmp_path / "key").write_text(SECRET + "\n")
    path = write(
        tmp_path,
        """
        port = 8080
        site = "here"
        [timeouts]
        read = 5
        [upstream]
        name = "local"
        base_url = "http://127.0.0.1:9/v1"
        api_key_file = "key"
        models = ["a", "b"]
        headers = {x-team = "blue"}
        """,
    )
    settings = load_settings(path, {})
    assert (settings.port, settings.site, settings.timeouts.read) == (8080, tmp_path / "here", 5)
    (upstream,) = settings.upstreams
    assert upstream.api_key.get_secret_value() == SECRET
    assert (upstream.models, upstream.headers) == (("a", "b"), {"x-team": "blue"})
    assert upstream.host == "127.0.0.1:9"


def test_several_upstreams_are_read_with_their_own_keys_and_timeouts(tmp_path):
    (tmp_path / "key").write_text("sk-other-0123456789")
    path = write(
        tmp_path,
        """
        [timeouts]
        read = 60
        [[upstream]]
        name = "main"
        base_url = "https://a.example/v1"
        api_key_env = "MAIN_KEY"
        models = ["large", "small"]
        aliases = { fast = "small" }
        timeouts = { first_byte = 20 }
        price = { small = { input = 0.15, output = 0.60 } }
        retries = 0
        [[upstream]]
        name = "spare"
        dialect = "anthropic"
        base_url = "http://spare.internal/v1"
        api_key_file = "key"
        private = true
        fallback = 2
        """,
    )
    settings = load_settings(path, {"MAIN_KEY": SECRET})
    main, spare = settings.upstreams
    assert [each.api_key.get_secret_value() for each in (main, spare)] == [SECRET, "sk-other-0123456789"]
    assert (main.aliases, main.price["small"].output, main.retries) == ({"fast": "small"}, 0.6, 0)
    times = main.times(settings.timeouts)
    assert (times.connect, times.first_byte, times.read) == (10, 20, 60)
    assert spare.times(settings.timeouts) == settings.timeouts
    assert (spare.dialect, spare.fallback, spare.may_be_private) == ("anthropic", 2, True)
    assert (main.dialect, main.may_be_private) == ("openai", False)
    assert SECRET not in repr(settings)


def test_codeact_toml_here_is_found(tmp_path, monkeypatch):
    write(tmp_path, "port = 8123")
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}).port == 8123


def test_the_files_upstream_wins_and_never_takes_the_environments_key(tmp_path):
    path = write(tmp_path, '[upstream]\nbase_url = "http://mine/v1"')
    environ = {"OPENAI_BASE_URL": "http://other/v1", "OPENAI_API_KEY": SECRET}
    (upstream,) = load_settings(path, environ).upstreams
    assert (upstream.base_url, upstream.api_key) == ("http://mine/v1", None)


def test_overrides_win_unless_they_are_none(tmp_path):
    settings = load_settings(write(tmp_path, "port = 1\nhost = 'a'"), {}, port=2, host=None)
    assert (settings.port, settings.host) == (2, "a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 'x'", "`port` should be a valid integer"),
        ("port = 70000", "`port` should be less than or equal to 65535"),
        ("prot = 1", "`prot` is not a known setting, but `port` is."),
        (
            "[server]\nheader_second = 1",
            "`server.header_second` is not a known setting, but `header_seconds` is.",
        ),
        ("[server]\nheaders = 1", "`server.headers` should be greater than or equal to 8."),
        ("[server]\nbody_seconds = 0", "`server.body_seconds` should be greater than 0."),
        ("workers = 0", "`workers` should be greater than or equal to 1."),
        ('[logs]\nformat = "xml"', "`logs.format` should be 'text' or 'json'."),
        ('[logs]\nbodies = "yes"', "`logs.bodies` should be a valid boolean."),
        ('[metrics]\ntokn_env = "X"', "`metrics.tokn_env` is not a known setting, but `token_env` is."),
        ('[metrics]\ntoken = "prometheus-1"', "`metrics.token_env` must name a variable"),
        ('[metrics]\ntoken_env = "not set"', "`metrics.token_env` must be the NAME of an environment variable."),
        ('[metrics]\ntoken_env = "UNSET_HERE"', "The environment variable UNSET_HERE, named in"),
        ("[timeouts]\nconnect = inf", "`timeouts.connect` should be a finite number"),
        (f"{TWO}name='b'\nbase_url='http://b'\nprice={{m={{input=inf,output=1}}}}", "should be a finite number"),
        ("upstream = 3", "`upstream` should be a valid dictionary"),
        ("[upstream]\nname = 'x'", "`upstream.base_url` is missing"),
        ("[upstream]\nbase_url = 'ftp://m'", "`upstream.base_url` must be an http:// or https:// address"),
        ("[upstream]\nbase_url = 'http://u:p@m/v1'", "without user, query or fragment"),
        ("[upstream]\nbase_url = 'http://a b/v1'", "must be an address that a request can be sent to"),
        ('[upstream]\nbase_url = "http://a\\u0007b/v1"', "must be an address that a request can be sent to"),
        ("[upstream]\nbase_url = 'http://-\u00e9-/v1'", "must be an address that a request can be sent to"),
        ("[upstream]\nbase_url = 'http://m:x'", "must be an http:// or https:// address"),
        (f"[upstream]\nbase_url = 'http://m'\napi_key = '{SECRET}'", "is not written down here"),
        (
            f"[upstream]\nbase_url = 'http://m'\napi_key_env = '{SECRET}'",
            "the NAME of an environment variable",
        ),
        ("[upstream]\nbase_url = 'http://m'\napi_key_env = 'NOPE'", "NOPE, named in"),
        ("[upstream]\nbase_url = 'http://m'\napi_key_file = 'nope'", "cannot be read"),
        ("[upstream]\nbase_url = 'https://m'\nca_file = 'nope'", "certificates in PEM"),
        ("[upstream]\nbase_url = 'https://m'\nca_file = 'codeact.toml'", "certificates in PEM"),
        ("[upstream]\nbase_url='http://m'\napi_key_env='A'\napi_key_file='b'", "keep one"),
        (
            f"[upstream]\nbase_url='http://m'\nheaders={{authorization='{SECRET}'}}",
            "must not set authorization",
        ),
        ("[upstream]\nbase_url='http://m'\nheaders={'a b'='c'}", "must map header names"),
        (f"{TWO}name='a'\nbase_url='http://b'", "has several named a"),
        (f"{TWO}name='b'", "`upstream.b.base_url` is missing"),
        (f"{TWO}retries=1", "`upstream.2.base_url` is missing"),
        (
            f"{TWO}name='b'\nbase_url='http://b'\napi_key='{SECRET}'",
            "`upstream.b.api_key_env` must name a variable",
        ),
        (f"{TWO}name='b'\nbase_url='http://b'\napi_key_env='NOPE'", "NOPE, named in"),
        ("[upstream]\nname='a b'\nbase_url='http://m'", "`upstream.name`"),
        ("[upstream]\ndialect='x'\nbase_url='http://m'", "`upstream.dialect` should be 'openai' or 'anthropic'"),
        ("[upstream]\nbase_url='http://m'\nmodels=['a']\naliases={b='c'}", "`aliases` what is not in `models`: c"),
        ("[upstream]\nbase_url='http://m'\nmodels=['a']\naliases={a='a'}", "names of models too: a"),
        (
            "[upstream]\nbase_url='http://m'\nmodels=['a']\nprice={c={input=1,output=1}}",
            "`price` what is not in `models`: c",
        ),
        ("[upstream]\nbase_url='http://m'\nprice={c={input=1}}", "`upstream.price.c.output` is missing"),
        ("[upstream]\nbase_url='http://m'\nprice={c={input=-1,output=1}}", "greater than or equal to 0"),
        ("[upstream]\nbase_url='http://m'\nretries=11", "`upstream.retries` should be less than or equal to 10"),
        ("[upstream]\nbase_url='http://m'\ntimeouts={pool=1}", "`upstream.timeouts.pool` is not a known setting"),
        ("[upstream]\nbase_url='http://m'\nheaders={Host='x'}", "must not set Host"),
        ("[limits]\nbody_bytes = 0", "`limits.body_bytes` should be greater than 0"),
        ("port = = 1", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(tmp_path, text, said):
    path = write(tmp_path, text)
    (sentence,) = problems(path, {})
    assert said in sentence
    assert str(path) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_mistake_is_told_at_once(tmp_path):
    assert len(problems(write(tmp_path, "port = 'x'\nprot = 1"), {})) == 2


def test_a_mistake_in_the_environment_names_the_variable(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "`OPENAI_BASE_URL` must be" in problems(None, {"OPENAI_BASE_URL": "models.example"})[0]
    assert "`OPENAI_API_KEY` holds" in problems(None, {"OPENAI_API_KEY": f"{SECRET}\u00e9"})[0]


def test_a_named_file_that_is_missing_is_told(tmp_path):
    assert "cannot be read" in problems(tmp_path / "nope.toml", {})[0]
