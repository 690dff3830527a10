"""Asking a model: what is asked again, after how long, and what the person is told."""

from codeact_agent.errors import ModelError, Stopped
from codeact_agent.model import ATTEMPTS, ask, in_words
from scripted import ScriptedHost, ScriptedModel, raises_async


class Asked:
    """One ``ask`` with what it called back."""

    def __init__(self, *replies):
        self.host = ScriptedHost()
        self.model = ScriptedModel(*replies)
        self.deltas = []
        self.retries = []

    async def run(self):
        return await ask(
            self.model, [{"role": "user", "content": "?"}], self.host, self.deltas.append, self.on_retry
        )

    def on_retry(self, message, attempt, delay_ms):
        self.retries.append((message, attempt, delay_ms))

    @property
    def attempts(self):
        return len(self.model.asked)


async def failing(error, times=ATTEMPTS):
    asked = Asked(*[error] * times)
    return asked, await raises_async(ModelError, asked.run())


async def test_a_reply_is_given_with_its_usage():
    asked = Asked("hello")
    reply = await asked.run()
    assert reply == {"text": "hello", "usage": {"prompt_tokens": 7, "completion_tokens": 3}, "tool_calls": []}
    assert "".join(asked.deltas) == "hello"
    assert (asked.attempts, asked.retries) == (1, [])


async def test_statuses_that_waiting_cannot_mend_are_asked_once():
    for status in (400, 401, 403, 404, 413, 422):
        asked, error = await failing(ModelError("no", "refused", status))
        assert (asked.attempts, asked.retries, asked.host.slept) == (1, [], 0.0), status
        assert error.status == status


async def test_a_refused_key_names_what_to_check():
    for status in (401, 403):
        _, error = await failing(ModelError("bad key", "refused", status))
        assert "Check OPENAI_API_KEY" in str(error)
        assert "bad key" in str(error)


async def test_an_unknown_model_names_what_to_check():
    _, error = await failing(ModelError("", "refused", 404))
    assert "model's name" in str(error)
    assert "OPENAI_BASE_URL" in str(error)
    assert "It said" not in str(error)


async def test_too_many_requests_waits_as_long_as_it_is_told():
    asked = Asked(ModelError("slow down", "refused", 429, 7.0), "ok")
    assert (await asked.run())["text"] == "ok"
    assert 6.999 < asked.host.slept < 7.001
    said = "The provider asks us to slow down (429). Try again in a while. It said: slow down."
    assert asked.retries == [(said, 1, 7000)]


async def test_retry_after_of_nothing_is_asked_at_once():
    asked = Asked(ModelError("", "refused", 429, 0.0), "ok")
    await asked.run()
    assert (asked.host.slept, asked.retries[0][2]) == (0.0, 0)


async def test_a_wait_of_more_than_a_minute_is_not_waited():
    asked, error = await failing(ModelError("", "refused", 429, 61.0))
    assert (asked.attempts, asked.host.slept) == (1, 0.0)
    assert "slow down" in str(error)
    asked = Asked(ModelError("", "refused", 429, 60.0), "ok")
    assert (await asked.run())["text"] == "ok"


async def test_a_server_error_is_asked_again_after_longer_and_longer_waits():
    for status in (500, 502, 503, 504, 529):
        asked, error = await failing(ModelError("", "refused", status))
        assert [delay for _, _, delay in asked.retries] == [500, 1000, 2000], status
        assert [attempt for _, attempt, _ in asked.retries] == [1, 2, 3], status
        assert 3.499 < asked.host.slept < 3.501, status
        assert f"status {status}" in str(error)


async def test_attempts_are_capped():
    asked, error = await failing(ModelError("", "refused", 503), times=ATTEMPTS + 3)
    assert asked.attempts == ATTEMPTS
    assert (error.kind, error.status) == ("refused", 503)


async def test_a_dropped_stream_is_asked_again_and_the_deltas_are_void():
    asked = Asked(ModelError("cut", "dropped"), "whole")
    assert (await asked.run())["text"] == "whole"
    assert len(asked.retries) == 1
    assert "broke off" in asked.retries[0][0]


async def test_an_unreachable_model_is_asked_again():
    asked, error = await failing(ModelError("refused", "unreachable"))
    assert asked.attempts == ATTEMPTS
    assert "could not be reached" in str(error)
    assert "Check that the server" in str(error)


async def test_an_unreadable_answer_is_not_asked_again():
    asked, error = await failing(ModelError("<html>", "malformed"))
    assert asked.attempts == 1
    assert "OpenAI-compatible" in str(error)


async def test_a_model_that_cannot_be_used_is_not_asked_again_and_its_sentence_is_kept():
    told = ModelError("Brief was not fetched.", "unusable")
    told.is_sentence = True
    asked, error = await failing(told)
    assert (asked.attempts, str(error)) == (1, "Brief was not fetched.")


async def test_a_sentence_is_kept_where_asking_again_may_help():
    told = ModelError("api.example could not be reached.", "unreachable")
    told.is_sentence = True
    asked, error = await failing(told)
    assert (asked.attempts, str(error)) == (ATTEMPTS, "api.example could not be reached.")


async def test_stop_while_waiting_ends_the_wait():
    asked = Asked(ModelError("", "refused", 429, 30.0), "never")
    asked.host.on_sleep = asked.host.stop
    await raises_async(Stopped, asked.run())
    assert asked.attempts == 1
    assert asked.host.slept <= 0.1001


async def test_a_failure_after_stop_is_the_stop():
    asked = Asked()

    def stop_and_fail():
        asked.host.stop()
        return ModelError("aborted", "dropped")

    asked.model.enqueue(stop_and_fail)
    await raises_async(Stopped, asked.run())
    assert asked.retries == []


def test_every_failure_has_a_sentence_with_what_was_said():
    for kind, status in (("refused", 418), ("refused", 500), ("unreachable", 0), ("dropped", 0), ("malformed", 0)):
        words = in_words(ModelError(" because \n", kind, status))
        assert "It said: because" in words, words
        assert words[0] == "T", words
        assert "It said" not in in_words(ModelError(" ", kind, status))
