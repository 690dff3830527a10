"""``codeact-web serve --check``, and where the server refuses to listen."""

from __future__ import annotations

import pytest
from codeact_server.cli import main

KEYED = (
    '[upstream]\nname = "main"\nbase_url = "https://api.example/v1"\napi_key_env = "SECRET"\nmodels = ["large"]\n'
)
SECRET = "sk-secret-0123456789abcdef"


@pytest.fixture
def check(tmp_path, site, monkeypatch, capsys):
    monkeypatch.setenv("SECRET", SECRET)

    def run(config: str) -> tuple[int, str]:
        path = tmp_path / "codeact.toml"
        path.write_text(f'site = "{site}"\n{config}')
        code = main(["serve", "--check", "--config", str(path)])
        told = capsys.readouterr()
        assert told.err == ""
        assert SECRET not in told.out
        return code, told.out

    return run


def test_what_is_usual_is_open_to_this_machine_alone(check):
    code, said = check(KEYED)
    assert code == 0
    for sentence in (
        "On 127.0.0.1, port 8000: this machine alone.",
        "Everybody on this machine, without a word (open).",
        "May embed the widget: none.",
        "main at api.example (openai), its key is set: large.",
        "Cannot reach this server",
        "Nothing that this command knows of.",
    ):
        assert sentence in said


def test_all_of_it_is_told(check):
    code, said = check(
        'host = "0.0.0.0"\nworkers = 2\npublic_url = "https://agent.example"\n'
        'widget_origins = ["https://shop.example"]\n'
        '[access]\nmode = ["session", "token", "jwt", "header"]\ntoken_env = "SECRET"\n'
        'origins = ["https://app.example"]\ntrusted_proxies = ["10.0.0.1"]\n'
        '[access.session]\nsecret_env = "SECRET"\n'
        '[access.jwt]\nissuer = "https://idp.example/"\naudience = "codeact"\n'
        '[metrics]\ntoken_env = "SECRET"\n'
        '[quotas]\nper_identity = { requests = "60/minute", tokens = "1000000/day", dollars = "5/day" }\n'
        'per_address = { streams = 16, requests = "10/5 minutes" }\n' + KEYED
    )
    assert code == 0
    for sentence in (
        "other machines can reach it",
        "without signing in (session)",
        "Whoever sends the shared token",
        "Whomever 10.0.0.1/32 names in X-Forwarded-User",
        "signed by https://idp.example/",
        "May embed the widget: https://shop.example.",
        "May call /v1 with a token: https://app.example.",
        "Each caller: 60 requests a minute, 1,000,000 tokens a day, $5 a day.",
        "Each network address: 10 requests in 5 minutes, 16 at once.",
        "Counted by each of 2 workers",
        "No price is known for large of main",
        "/metrics wants its token.",
        "can use the models within the limits above",
    ):
        assert sentence in said, sentence


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ('host = "0.0.0.0"\n', "everybody there could use your models"),
        ('host = "::"\n', "everybody there could use your models"),
        ('public_url = "https://agent.example"\n', "Everybody whom the proxy"),
        ('host = "0.0.0.0"\naccess.mode = "session"\n', "Set [quotas] per_address"),
        ('public_url = "https://agent.example"\naccess.mode = "session"\n', "Set [quotas] per_address"),
        ('widget_origins = ["*"]\n', "Every site may embed the widget"),
        ('workers = 2\naccess.mode = "session"\n', "access.session.secret_env"),
        ('access = { mode = "header", trusted_proxies = ["0.0.0.0/0"] }\n', "Everybody is a trusted proxy"),
    ],
)
def test_what_is_dangerous_is_said_and_is_the_exit_code(check, config, says):
    code, said = check(config + KEYED)
    assert code == 1
    assert says in said.partition("Dangerous")[2]


def test_a_key_in_the_clear_is_dangerous(check):
    code, said = check(KEYED.replace("https", "http"))
    assert code == 1
    assert "travels unencrypted to api.example" in said


@pytest.mark.parametrize(
    ("config", "says"),
    [('host = "0.0.0.0"\n', 'mode = "token"'), ('workers = 2\naccess.mode = "session"\n', "secret_env")],
)
def test_the_server_refuses_to_start_without_a_choice(tmp_path, site, capsys, config, says):
    path = tmp_path / "codeact.toml"
    path.write_text(f'site = "{site}"\n{config}')
    assert main(["serve", "--config", str(path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said
