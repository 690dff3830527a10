"""``codeact-web run``: what it prints, what it needs, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from codeact_agent.recorded import check_recording
from codeact_web.testing import Reply, ScriptedModel
from support.command import codeact_web

pytestmark = pytest.mark.browser

TOOLS = '''
from codeact_agent import tool

calls = []

@tool
def price_of(product: str, currency: str = "EUR") -> dict:
    """The price of a product."""
    if product == "nothing":
        raise LookupError("no such product")
    calls.append(product)
    return {"product": product, "price": 12.5, "currency": currency, "calls": len(calls), "big": 2**70}
'''


def environment(upstream: ScriptedModel) -> dict[str, str]:
    return {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-0123456789abcdef"}


@pytest.fixture(autouse=True)
def fresh(upstream: ScriptedModel) -> None:
    upstream.reset()


def test_steps_are_printed_as_they_happen_and_the_answer_last() -> None:
    done = codeact_web("run", "self_debug")
    assert done.returncode == 0, done.stderr
    parts = [
        "recorded; the code really runs",
        "── Step 1",
        "math.hypot",
        "NameError",
        "── Step 2",
        "Answer",
        "2202.91",
    ]
    places = [done.stdout.find(part) for part in parts]
    assert -1 not in places, (parts, done.stdout)
    assert places == sorted(places)


def test_list_names_every_task() -> None:
    done = codeact_web("run", "--list")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) >= 10
    assert "laptops" in done.stdout


def test_unknown_task_lists_what_is_known_and_how_to_connect() -> None:
    done = codeact_web("run", "Fold my laundry")
    assert done.returncode == 1
    for part in ("laptops", "OPENAI_BASE_URL", "codeact.toml"):
        assert part in done.stdout


def test_no_task_is_a_sentence() -> None:
    done = codeact_web("run")
    assert done.returncode == 2
    assert "Say what to solve" in done.stderr


def test_a_model_without_an_upstream_is_a_sentence() -> None:
    done = codeact_web("run", "anything", "--model", "gpt-x")
    assert done.returncode == 1
    assert "OPENAI_BASE_URL" in done.stdout


def test_a_missing_browser_is_a_sentence_with_the_mend() -> None:
    done = codeact_web("run", "laptops", CODEACT_BROWSER="no-such-browser")
    assert done.returncode == 2
    assert "make setup-browser" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_live_model_calls_tools_of_this_process(upstream: ScriptedModel, tmp_path: Path) -> None:
    tools = tmp_path / "tools.py"
    tools.write_text(TOOLS)
    code = """
try:
    price_of("nothing")
except Exception as error:
    print(type(error).__name__, error)
offers = [price_of("lamp"), price_of(product="desk", currency="USD")]
final_answer(offers)
"""
    upstream.reply(Reply(text=f"I look.\n<code>{code}</code>"))
    done = codeact_web(
        "run", "Prices?", "--model", "scripted", "--tools", str(tools), "--json", **environment(upstream)
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [offer["calls"] for offer in result["answer"]] == [1, 2]
    assert result["answer"][1]["currency"] == "USD"
    assert result["answer"][0]["big"] == 2**70  # integers survive two JavaScript engines
    assert "LookupError no such product" in result["steps"][0]["result"]["stdout"]
    asked = upstream.requests[0].json
    assert asked["model"] == "scripted"
    assert (
        'def price_of(product: str, currency: str = \'EUR\') -> dict:\n    """The price'
        in asked["messages"][0]["content"]
    )


def test_observations_go_back_and_the_cap_forces_an_answer(upstream: ScriptedModel) -> None:
    upstream.reply(Reply(text="<code>\nx = 6 * 7\nx\n</code>"), Reply(text="It is 42."))
    done = codeact_web("run", "?", "--model", "m", "--max-steps", "1", "--json", **environment(upstream))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answer"] == "It is 42."
    second = upstream.requests[1].json["messages"]
    assert "Value of the last expression:\n42" in second[-2]["content"]
    assert "last step" in second[-1]["content"]


def test_a_refused_key_is_told_in_words(upstream: ScriptedModel) -> None:
    upstream.reply(Reply(status=401, body={"error": {"message": "bad key"}}))
    done = codeact_web("run", "?", "--model", "m", **environment(upstream))
    assert done.returncode == 1
    assert "refused the key" in done.stdout
    assert "sk-test" not in done.stdout + done.stderr
    assert len(upstream.requests) == 1  # asking again cannot help


def test_a_broken_stream_and_429_are_asked_again(upstream: ScriptedModel) -> None:
    upstream.reply(
        Reply(status=429, headers={"retry-after": "1"}),
        Reply(text="<code>final_answer('broken off')</code>", drop_after=2),
        Reply(text="<code>final_answer('at last')</code>"),
    )
    done = codeact_web("run", "?", "--model", "m", **environment(upstream))
    assert done.returncode == 0, done.stdout
    assert "slow down (429)" in done.stdout
    assert "broke off" in done.stdout
    assert done.stdout.rstrip().endswith("at last")


def test_record_writes_what_can_be_played(upstream: ScriptedModel, tmp_path: Path) -> None:
    upstream.reply(Reply(text="<code>\nprint(1)\n</code> and so"), Reply(text="<code>final_answer(2)</code>"))
    path = tmp_path / "mine.json"
    done = codeact_web("run", "One, two", "--model", "m", "--record", str(path), **environment(upstream))
    assert done.returncode == 0, done.stderr
    recording = check_recording(json.loads(path.read_text()), path.name)
    assert recording["id"] == "mine"
    assert recording["source"] == "m"
    assert recording["steps"][0]["reply"] == "<code>\nprint(1)\n</code> and so"
    assert recording["steps"][0]["observation"] == "Output:\n1"


def test_a_recording_that_cannot_be_written_is_told_before_the_run(
    upstream: ScriptedModel, tmp_path: Path
) -> None:
    path = tmp_path / "missing" / "mine.json"
    done = codeact_web("run", "?", "--model", "m", "--record", str(path), **environment(upstream))
    assert done.returncode == 2
    assert "cannot be written: No such file or directory" in done.stderr
    assert not upstream.requests


def test_a_run_without_steps_is_not_recorded(tmp_path: Path) -> None:
    path, kept = tmp_path / "mine.json", tmp_path / "kept.json"
    kept.write_text("{}")
    for file in (path, kept):
        done = codeact_web("run", "Fold my laundry", "--record", str(file))
        assert done.returncode == 1
        assert "was not written" in done.stderr
    assert not path.exists()
    assert kept.read_text() == "{}"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1", "declares no tool"),
        ("from codeact_agent import tool\n@tool\ndef f(a): 'd'", "needs a type hint"),
        ("from codeact_agent import tool\n@tool\ndef f(a: int) -> int: return 1", "needs a docstring"),
        ("import no_such_module", "could not be loaded"),
    ],
)
def test_a_wrong_tools_file_is_a_sentence(source: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "tools.py"
    path.write_text(source)
    done = codeact_web("run", "laptops", "--tools", str(path))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
