"""Files between the person and the conversation: chosen, dropped, listed, written by code, downloaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Page, expect
from support.agent_page import AgentPage
from support.replies import code

pytestmark = pytest.mark.browser

# Drop a file with this name and text onto the page, as a browser does.
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  for (const type of ['dragover', 'drop']) {
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    if (type === 'dragover' && document.querySelector('.drop').hidden) throw new Error('no hint');
  }
  return document.querySelector('.drop').hidden;
}"""
HOSTILE = '<img src=x onerror="document.title=1">\u202egnp.\nexe'


def payload(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_an_upload_is_told_to_the_model_and_read_by_its_code(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload("rain.csv", b"mm\n12\n30\n"))
    expect(agent.attachments).to_contain_text("9 bytes")
    upstream.reply(code("final_answer(sum(map(int, open('/data/rain.csv').read().split()[1:])))"))
    expect(agent.solve("Add it up")).to_contain_text("42")
    asked = upstream.requests[0].json["messages"][-1]["content"]
    assert asked == 'Add it up\n\nThe person has uploaded "/data/rain.csv" (9 bytes).'
    expect(agent.runs.get_by_role("list", name="Files for this task")).to_contain_text("rain.csv · 9 bytes")
    expect(agent.page.locator("ca-attachments li")).to_have_count(0)
    upstream.reply(code("final_answer('two')"))
    agent.solve("Again")
    assert upstream.requests[1].json["messages"][-1]["content"] == "Again"


def test_an_upload_outlasts_a_reload_before_any_task(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload("rain.csv", b"12"))
    expect(agent.page.locator("button.files")).to_have_text("1 file")
    expect(agent.attachments).to_contain_text("2 bytes")
    assert agent.conversations() == ["rain.csv"]
    agent.page.keyboard.press("Escape")
    agent.page.wait_for_timeout(1_000)  # it is saved in a moment
    agent.reload()
    expect(agent.page.locator("button.files")).to_have_text("1 file")
    upstream.reply(code("final_answer(open('/data/rain.csv').read() + ' mm')"))
    expect(agent.solve("Read it")).to_contain_text("12 mm")
    assert agent.conversations() == ["Read it"]


def test_a_file_is_dropped(agent: AgentPage) -> None:
    assert agent.page.evaluate(DROP, ["dropped.txt", "abc"]) is True
    expect(agent.attachments).to_contain_text("3 bytes")


def test_files_of_one_name_stand_beside_each_other(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload("a.txt", b"1"), payload("a.txt", b"22"))
    expect(agent.attachments).to_contain_text("2 bytes")
    upstream.reply(code("import os\nfinal_answer(' and '.join(sorted(os.listdir('/data'))))"))
    expect(agent.solve("List")).to_contain_text("a (2).txt and a.txt")


def test_what_code_writes_can_be_downloaded(agent: AgentPage, upstream: ScriptedModel, tmp_path: Path) -> None:
    write = "with open('/output/table.csv', 'wb') as file:\n    file.write(bytes(range(256)) * 10)"
    upstream.reply(code(write), code("final_answer('done')"))
    agent.solve("Write")
    link = agent.steps.first.get_by_role("button", name="Download table.csv")
    expect(link).to_contain_text("2.5 KB")
    with agent.page.expect_download() as downloading:
        link.click()
    assert downloading.value.suggested_filename == "table.csv"
    downloading.value.save_as(tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == bytes(range(256)) * 10
    agent.page.get_by_role("button", name="1 file", exact=True).click()
    with agent.page.expect_download():
        agent.page.locator("ca-files").get_by_role("button", name="Download table.csv").click()


def test_a_file_that_is_gone_is_told(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(
        code("open('/output/a.txt', 'w').close()"), code("import os\nos.remove('/output/a.txt')\nfinal_answer(1)")
    )
    agent.solve("Write and remove")
    agent.steps.first.get_by_role("button", name="Download a.txt").click()
    expect(agent.notices).to_contain_text("a.txt could not be downloaded: There is no file")


def test_an_upload_can_be_deleted(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload("wrong.csv", b"1"), payload("right.csv", b"22"))
    expect(agent.attachments.get_by_role("listitem")).to_have_count(2)
    agent.page.get_by_role("button", name="2 files").click()
    files = agent.page.locator("ca-files")
    files.get_by_role("button", name="Delete wrong.csv").click()
    expect(files.get_by_role("button", name="Download right.csv")).to_be_visible()
    expect(files.get_by_role("button", name="Download wrong.csv")).to_have_count(0)
    expect(files.get_by_role("button", name="Add files")).to_be_focused()
    agent.page.keyboard.press("Escape")
    look = "import os\nopen('/output/made.txt', 'w').close()\nfinal_answer(' '.join(os.listdir('/data')))"
    upstream.reply(code(look))
    expect(agent.solve("Look")).to_contain_text("right.csv")
    expect(agent.answer).not_to_contain_text("wrong.csv")
    assert "wrong.csv" not in upstream.requests[0].json["messages"][-1]["content"]
    agent.page.get_by_role("button", name="2 files").click()
    expect(files.get_by_role("button", name="Delete right.csv")).to_be_visible()
    expect(files.get_by_role("button", name="Delete made.txt")).to_have_count(0)


def test_hostile_names_are_text_and_safe_to_save(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload(HOSTILE.replace("\n", ""), b"1"))
    expect(agent.attachments).to_contain_text("<img src=x")
    name = HOSTILE.replace("/", "")
    upstream.reply(
        code(f"with open('/output/' + {name!r}, 'w') as file:\n    file.write('x')"), code("final_answer('done')")
    )
    agent.solve("Write")
    link = agent.steps.first.locator("ca-file-list button")
    expect(link).to_contain_text('<img src=x onerror="document.title=1">\ufffdgnp.\ufffdexe')
    with agent.page.expect_download() as downloading:
        link.click()
    saved_as = downloading.value.suggested_filename
    assert saved_as == "_img src=x onerror=_document.title=1___gnp._exe"
    assert agent.page.locator("ca-file-list img, ca-attachments img, ca-files img").count() == 0
    expect(agent.page).to_have_title("codeact-web")


@pytest.fixture
def narrow(page: Page, relayed: str, upstream: ScriptedModel) -> AgentPage:
    """A site whose operator allows few and small files."""
    upstream.reset()

    def fewer(route: Any) -> None:
        limits = route.fetch().json()
        route.fulfill(json={**limits, "file_mb": 1, "files_mb": 2, "files": 30})

    page.route("**/sandbox/limits.json", fewer)
    opened = AgentPage(page).open(relayed)
    opened.ready()
    return opened


def test_what_does_not_fit_is_told_in_words(narrow: AgentPage) -> None:
    narrow.add_files(payload("large.bin", bytes(1_500_000)))
    expect(narrow.attachments).to_contain_text("Too large: 1.4 MB, and one file may have 1 MB.")
    narrow.attachments.get_by_role("button", name="Dismiss").click()
    expect(narrow.attachments).to_have_count(0)
    narrow.add_files(*(payload(f"{each}.bin", bytes(900_000)) for each in range(3)))
    expect(narrow.attachments).to_contain_text("No room: 290 KB of 2 MB are left for files here.")
    narrow.add_files(*(payload(f"{each}.txt", b"1") for each in range(30)))
    expect(narrow.attachments).to_contain_text(re.compile("conversation may keep 30 files"))


def test_a_new_conversation_has_no_files(agent: AgentPage, upstream: ScriptedModel) -> None:
    agent.add_files(payload("rain.csv", b"12"))
    expect(agent.attachments).to_contain_text("2 bytes")
    upstream.reply(code("final_answer('one')"))
    agent.solve("First")
    agent.new.click()
    expect(agent.page.locator("button.files")).to_be_hidden()
    upstream.reply(code("import os\nfinal_answer(f'{len(os.listdir(\"/data\"))} files')"))
    expect(agent.solve("Second")).to_contain_text("0 files")
