"""The breaker's three states, with a clock that the test moves; and what a model's name may be."""

from __future__ import annotations

import pytest
from codeact_server.errors import RequestError, UpstreamError
from codeact_server.upstream_settings import Price, Upstream
from codeact_server.upstreams.breaker import OPEN_SECONDS, Breaker
from codeact_server.upstreams.catalogue import Catalogue, is_name
from codeact_server.upstreams.failures import FailedError


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Judged:
    """A breaker that opens after two failures, and what it told."""

    def __init__(self, failures: int = 2) -> None:
        self.clock = Clock()
        self.told: list[bool] = []
        self.breaker = Breaker(failures, self.told.append, self.clock)

    def fail(self, sick: bool = True) -> None:
        with pytest.raises(FailedError), self.breaker.attempt():
            raise FailedError(UpstreamError(502, "x", "x"), sick=sick)

    def succeed(self) -> None:
        with self.breaker.attempt():
            pass

    def refusal(self) -> FailedError:
        with pytest.raises(FailedError) as caught, self.breaker.attempt():
            raise AssertionError("it let the request pass")
        return caught.value


@pytest.fixture
def opened() -> Judged:
    judged = Judged()
    judged.fail()
    judged.fail()
    return judged


def test_failures_in_a_row_open_it(opened):
    assert (opened.breaker.state, opened.told) == ("open", [True])


def test_a_success_between_failures_keeps_it_closed():
    judged = Judged()
    for _ in range(5):
        judged.fail()
        judged.succeed()
    assert (judged.breaker.state, judged.told) == ("closed", [])


def test_failures_that_are_no_sickness_count_as_a_sign_of_life():
    judged = Judged()
    for _ in range(5):
        judged.fail()
        judged.fail(sick=False)
    assert judged.breaker.state == "closed"


def test_zero_keeps_it_closed_for_ever():
    judged = Judged(failures=0)
    for _ in range(50):
        judged.fail()
    assert judged.breaker.state == "closed"


def test_open_it_tells_when_to_come_back_and_that_another_may_be_asked(opened):
    opened.clock.now += 4.5
    refusal = opened.refusal()
    assert (refusal.error.status, refusal.error.code) == (503, "upstream_down")
    assert refusal.error.headers == {"retry-after": "11"}
    assert (refusal.elsewhere, refusal.again, refusal.asked) == (True, False, False)


def test_half_open_one_request_passes_at_a_time(opened):
    opened.clock.now += OPEN_SECONDS
    assert opened.breaker.state == "half-open"
    with opened.breaker.attempt():
        assert opened.refusal().error.headers == {"retry-after": "1"}
    assert (opened.breaker.state, opened.told) == ("closed", [True, False])
    opened.fail()
    assert opened.breaker.state == "closed"  # it counts anew


def test_half_open_a_failure_opens_it_again_for_the_whole_time(opened):
    opened.clock.now += OPEN_SECONDS
    opened.fail()
    opened.clock.now += OPEN_SECONDS - 0.01
    assert (opened.breaker.state, opened.told) == ("open", [True])
    opened.clock.now += 0.01
    assert opened.breaker.state == "half-open"


def test_a_probe_whose_client_left_makes_room_for_the_next(opened):
    opened.clock.now += OPEN_SECONDS
    with pytest.raises(KeyboardInterrupt), opened.breaker.attempt():
        raise KeyboardInterrupt
    assert opened.breaker.state == "half-open"
    opened.succeed()
    assert opened.breaker.state == "closed"


def test_what_began_before_it_opened_does_not_keep_it_open():
    judged = Judged()
    with pytest.raises(FailedError), judged.breaker.attempt():
        judged.fail()
        judged.fail()
        judged.clock.now += OPEN_SECONDS - 1
        raise FailedError(UpstreamError(502, "x", "x"), sick=True)
    judged.clock.now += 1
    assert judged.breaker.state == "half-open"


@pytest.mark.parametrize("name", ["gpt-4.1", "meta-llama/Llama-3.1-8B", "qwen2.5:7b", "a@b", "x+y", "a" * 128])
def test_names_of_models_look_like_names(name):
    assert is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " gpt",
            "gpt 4",
            "a\nb",
            "a\r\nHost: x",
            "../x",
            "a/../b",
            "http://x",
            "openai/http://127.0.0.1:1/x",
        ),
        *(
            "//x",
            "a//b",
            "/etc",
            "-x",
            "a?b",
            "a#b",
            "a%2fb",
            "a\\b",
            "\u00e9",
            "gpt\u2028",
            "a" * 129,
            "a\0",
            "$(x)",
        ),
    ],
)
def test_what_is_no_name_is_not_here(name):
    catalogue = Catalogue([Upstream(base_url="https://a.example/v1")])
    with pytest.raises(RequestError) as caught:
        catalogue.candidates("openai.chat", name)
    assert (caught.value.status, caught.value.code) == (404, "model_not_found")
    assert len(str(caught.value)) < 120
    assert not name or name not in str(caught.value) or name == " "


def test_candidates_stand_in_the_order_of_fallback_and_alias():
    def upstream(name: str, **given) -> Upstream:
        return Upstream(name=name, base_url=f"https://{name}.example/v1", **given)

    cheap = {"small-8b": {"input": 0.15, "output": 0.6}}
    catalogue = Catalogue(
        [
            upstream("last", models=["small"], fallback=2),
            upstream("first", models=["small-8b", "large"], aliases={"small": "small-8b"}, price=cheap),
            upstream("other", dialect="anthropic", models=["small", "claude"]),
            upstream("open", price={"claude": {"input": 3, "output": 15}}),
            upstream("open-too"),
        ]
    )

    def asked(dialect: str, model: str) -> list[tuple[str, str]]:
        return [(each.name, own) for each, own in catalogue.candidates(dialect, model)]

    assert asked("openai.chat", "small") == [("first", "small-8b"), ("last", "small")]
    assert asked("openai.embeddings", "large") == [("first", "large")]
    assert asked("anthropic.messages", "small") == [("other", "small")]
    assert asked("openai.chat", "claude") == [("open", "claude")]
    with pytest.raises(RequestError):
        asked("anthropic.messages", "large")
    assert catalogue.price("openai.chat", "small") == Price(input=0.15, output=0.6)
    assert catalogue.price("openai.chat", "small-8b") == Price(input=0.15, output=0.6)
    assert catalogue.price("openai.chat", "large") is catalogue.price("openai.chat", "nothing") is None
    assert catalogue.price("anthropic.messages", "small") is catalogue.price("anthropic.messages", "-") is None
    assert catalogue.price("openai.chat", "claude") == Price(input=3, output=15)  # though another lists the name
