"""What the person is told when the server itself refuses, or ends an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from codeact_server.quota_settings import QuotaSettings
from codeact_server.request_settings import RequestSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, Page, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.replies import code

pytestmark = pytest.mark.browser


def test_refusals_of_the_server_are_told_as_they_are(
    page: Page, complaints: Complaints, site: Path, upstream: ScriptedModel
) -> None:
    settings = Settings(
        site=site,
        upstream=[Upstream(base_url=upstream.base_url, models=("scripted",), retries=0)],
        requests=RequestSettings(stream_seconds=1, messages=5),
        quotas=QuotaSettings(per_address={"requests": "4/hour"}),
    )
    words = [f'data: {{"choices":[{{"delta":{{"content":"word {number} "}}}}]}}\n\n' for number in range(60)]
    half = Reply(chunks=[words[0], words[1][:20], "never"], drop_after=2)
    with running_server(settings) as address:
        agent = AgentPage(page).open(address)
        agent.choose_model("scripted")

        upstream.reply(Reply(chunks=words, delay=0.05))  # asked once: the next answer would end there, too
        agent.send("Go on for ever")
        agent.wait_for_end()
        expect(agent.ending.last).to_contain_text("This server ends answers after 1 seconds.")
        expect(agent.ending.last).not_to_contain_text("broke off")
        assert len(upstream.requests) == 1

        upstream.reply(half, code("final_answer('mended')"))  # a broken event does not look like a foreign API
        expect(agent.solve("Break off")).to_contain_text("mended")

        complaints.allow("status of 4")
        agent.send("One message too many")
        agent.wait_for_end()
        expect(agent.ending.last).to_contain_text("messages; 5 are allowed.")
        expect(agent.ending.last).not_to_contain_text("provider")

        agent.new.click()
        upstream.reply(code("final_answer(1)"))
        agent.solve("The last one")
        agent.new.click()
        agent.send("One request too many")
        agent.wait_for_end()
        expect(agent.ending.last).to_contain_text("4 requests")
        expect(agent.ending.last).not_to_contain_text("provider")
        assert len(upstream.requests) == 4


# All waits are a thirtieth as long.
IMPATIENT = """const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 30);"""


def test_a_server_that_does_not_list_its_models_holds_nothing_up(
    page: Page, browser: Browser, served: str, complaints: Complaints
) -> None:
    complaints.allow("ERR_ABORTED")
    with browser.new_context(locale="de-DE") as german:
        for each in (page, german.new_page()):
            each.add_init_script(IMPATIENT)
            each.route("**/v1/models", lambda route: None)  # it never answers
            each.goto(served)
        listed = "konnten nicht aufgelistet werden: der Server antwortete nicht."
        expect(german.pages[0].locator("p.notice")).to_contain_text(listed, timeout=20_000)
    agent = AgentPage(page)
    agent.ready()
    expect(page.locator("p.notice")).to_contain_text("The connected models could not be listed", timeout=20_000)
    expect(agent.solve("laptops")).to_contain_text("Laptop B")
