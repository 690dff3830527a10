"""The page with a live model behind the relay, and when things go wrong."""

from __future__ import annotations

import re
import time

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Page, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.replies import code

pytestmark = pytest.mark.browser


def test_a_live_model_streams_and_gets_observations(agent: AgentPage, upstream: ScriptedModel) -> None:
    held = Reply(text="First I think about it at length.\n<code>\nprint('seen')\nvalue = 20\n</code>", hold_at=3)
    upstream.reply(held, code("final_answer(value + 1)"))
    agent.send("Count")
    expect(agent.steps.first).to_contain_text("First")  # words are shown before the reply is whole
    held.release()
    expect(agent.answer).to_contain_text("21")
    expect(agent.steps.first).to_contain_text("seen")
    assert "Output:\nseen" in upstream.requests[1].json["messages"][-1]["content"]
    assert (
        "recorded" not in agent.page.locator(".recorded").inner_text().lower()
        or not agent.page.locator(".recorded").is_visible()
    )


def test_the_key_never_reaches_the_page(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("final_answer(1)"))
    agent.solve("?")
    assert upstream.requests[0].headers["authorization"] == "Bearer sk-test-0123456789abcdef"
    assert "sk-test" not in agent.page.content()


def test_stop_ends_code_that_never_yields(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("kept = 7\nwhile True:\n    pass"), code("final_answer(kept)"))
    agent.send("Spin")
    expect(agent.steps).to_contain_text("while")
    time.sleep(0.5)  # let it spin
    pressed = time.monotonic()
    agent.stop.click()
    agent.wait_for_end()
    assert time.monotonic() - pressed < 3
    expect(agent.ending).to_contain_text("topped")
    expect(agent.solve("Go on")).to_contain_text("7")  # state is kept


def test_stop_ends_one_long_c_call_by_replacing_the_worker(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("sum(range(10**12))"), code("final_answer('fresh')"))
    agent.send("Sum")
    expect(agent.steps).to_contain_text("sum")
    time.sleep(0.5)
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.solve("Go on")).to_contain_text("fresh")


def test_stop_while_the_model_thinks(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(hang=True))
    agent.send("Think")
    expect(agent.steps).to_have_count(1)
    agent.stop.click()
    agent.wait_for_end(5)
    upstream.wait_until(lambda: upstream.disconnects)


def test_a_dead_worker_is_told_and_the_next_step_works(agent: AgentPage, upstream: ScriptedModel) -> None:
    deep = "x = []\nfor _ in range(200_000):\n    x = [x]\nrepr(x)"
    upstream.reply(code(deep), code("final_answer(6 * 7)"))
    expect(agent.solve("Dig")).to_contain_text("42")
    told = upstream.requests[1].json["messages"][-1]["content"]
    assert "RangeError" in told or "died" in told
    assert "All variables are gone" in told


def test_a_dead_upstream_in_mid_stream_is_asked_again(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(text="I began and then it broke", drop_after=2), code("final_answer('mended')"))
    expect(agent.solve("?")).to_contain_text("mended")
    expect(agent.steps.first).not_to_contain_text("I began")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "refused this server's API key. Whoever"), (404, "no such model"), (400, "refused the request")],
)
def test_what_the_upstream_refuses_is_told_in_words(
    agent: AgentPage, upstream: ScriptedModel, complaints: Complaints, status: int, sentence: str
) -> None:
    complaints.allow(f"status of {502 if status == 401 else status}")
    upstream.reply(Reply(status=status, body={"error": {"message": "no"}}))
    agent.send("?")
    agent.wait_for_end()
    expect(agent.ending).to_contain_text(sentence)
    assert len(upstream.requests) == 1  # asking again is no use


def test_reload_in_mid_run_gives_a_working_page(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("while True:\n    pass"))
    agent.send("Spin")
    expect(agent.steps).to_contain_text("while")
    agent.page.reload()
    agent.ready()
    expect(agent.steps).to_have_attribute("state", "stopped")
    expect(agent.ending).to_contain_text("The page was reloaded during this run.")
    upstream.reply(code("final_answer('alive')"))
    expect(agent.solve("Again")).to_contain_text("alive")


def test_new_forgets_messages_and_variables(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("secret = 1\nfinal_answer('ok')"), code("final_answer('secret' in globals())"))
    agent.solve("Remember")
    agent.new.click()
    expect(agent.runs).to_have_count(0)
    expect(agent.solve("Recall")).to_contain_text("False")
    assert len(upstream.requests[1].json["messages"]) == 2


def test_new_in_mid_run(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("while True:\n    pass"), code("final_answer('clean')"))
    agent.send("Spin")
    expect(agent.steps).to_contain_text("while")
    agent.new.click()
    agent.wait_for_end()
    expect(agent.runs).to_have_count(0)
    expect(agent.solve("Again")).to_contain_text("clean")


def test_unknown_task_under_recorded(agent: AgentPage) -> None:
    agent.choose_model("Recorded")
    agent.send("Fold my laundry")
    agent.wait_for_end()
    expect(agent.ending).to_contain_text("laptops")
    expect(agent.ending).to_contain_text("OPENAI_BASE_URL")


def test_a_task_typed_while_python_boots_is_solved(page: Page, served: str) -> None:
    agent = AgentPage(page).open(served)
    expect(agent.task).to_be_editable()
    expect(agent.solve("circle")).to_contain_text("31.4159")


def test_everything_by_keyboard(page: Page, served: str) -> None:
    agent = AgentPage(page).open(served)
    expect(agent.task).to_be_focused()
    page.keyboard.type("slow_then_fast")
    page.keyboard.press("Enter")
    expect(agent.stop).to_be_visible()
    expect(agent.task).to_be_focused()
    page.keyboard.press("Tab")
    expect(agent.stop).to_be_focused()
    page.keyboard.press("Enter")
    agent.wait_for_end()
    expect(agent.task).to_be_focused()


def test_markup_from_the_model_and_from_code_runs_nothing(
    agent: AgentPage, upstream: ScriptedModel, complaints: Complaints
) -> None:
    complaints.allow("Blocked script execution in 'about:srcdoc'")  # that is the point
    complaints.allow('violates the following Content Security Policy directive: "img-src data:"')
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    upstream.reply(
        Reply(
            text=f"{evil} [link](javascript:document.title='owned')\n<code>\n"
            f'display(HTML({evil!r}))\ndisplay(SVG(\'<svg xmlns="http://www.w3.org/2000/svg" '
            'onload="parent.document.title=1"><script>parent.document.title=1</script></svg>\'))\n'
            f"final_answer({evil!r})\n</code>"
        )
    )
    agent.solve("?")
    expect(agent.page.locator("ca-display")).to_have_count(2)
    time.sleep(0.5)  # what would run, would have run by now
    expect(agent.page).to_have_title(re.compile("codeact-web"))


@pytest.mark.parametrize(("status", "told"), [(502, "could not be listed"), (404, "")])
def test_models_that_cannot_be_listed_leave_the_recorded_tasks(
    page: Page, served: str, complaints: Complaints, status: int, told: str
) -> None:
    complaints.allow(f"status of {status}")
    page.route("**/v1/models", lambda route: route.fulfill(status=status, body='{"error": {"message": "down"}}'))
    agent = AgentPage(page).open(served)
    expect(agent.solve("circle")).to_contain_text("31.4159")
    agent.ready()
    if told:
        expect(page.locator(".notice")).to_contain_text(told)
    else:
        expect(page.locator(".notice")).to_be_hidden()
