"""What the shop does with its agent. The model is scripted; the page, the sandbox and the tools are real."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from codeact_web.testing import Reply, ScriptedModel, WidgetPage
from playwright.sync_api import Page, expect


@pytest.fixture
def agent(page: Page, shop: str, codeact_widget: Callable[[Page], WidgetPage]) -> WidgetPage:
    """The agent of the open shop, ready."""
    widget = codeact_widget(page)
    page.goto(shop)
    widget.wait_ready()
    return widget


def test_prices_are_the_shops(agent: WidgetPage, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(
        "I look both up.\n<code>\nboth = price('bolt') + price('nut')\nprint(both)\n</code>",
        "<code>\nfinal_answer(both)\n</code>",
    )
    result = agent.run("What do a bolt and a nut cost?")
    assert (result["status"], result["answer"]) == ("answered", 0.75)
    expect(agent.answer).to_have_text("0.75")
    expect(agent.output(1)).to_have_text("0.75")
    expect(agent.tool_calls(1)).to_have_count(2)
    assert [call.detail["value"] for call in agent.events("tool")] == [0.5, 0.25]
    assert "What one piece costs" in codeact_model.requests[0].messages[0]["content"]


def test_nothing_is_ordered_without_leave(page: Page, agent: WidgetPage, codeact_model: ScriptedModel) -> None:
    basket = page.locator("#basket")
    codeact_model.reply("<code>\norder('bolt', 500)\n</code>", "<code>\nfinal_answer('Not ordered.')\n</code>")
    agent.send("Order 500 bolts")
    asking = agent.approval()
    expect(asking.card).to_contain_text("500")
    asking.deny("That is too many.")
    assert agent.wait_for_end()["text"] == "Not ordered."
    assert "too many" in codeact_model.requests[1].messages[-1]["content"]
    expect(basket).to_have_text("nothing")

    codeact_model.reply("<code>\nfinal_answer(order('bolt', 5))\n</code>")
    agent.send("Then 5")
    agent.approval().approve()
    agent.wait_for_end()
    expect(basket).to_have_text("5 × bolt")


def test_a_model_that_refuses_is_told_and_the_shop_goes_on(
    page: Page, agent: WidgetPage, codeact_model: ScriptedModel
) -> None:
    codeact_model.reply(Reply(status=401))
    result = agent.run("What does a bolt cost?")
    assert result["status"] == "failed"
    expect(page.get_by_role("heading", name="Bolts & nuts")).to_be_visible()
