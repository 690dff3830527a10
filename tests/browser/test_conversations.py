"""What lasts of a conversation: over reloads, beside others, in two tabs, and where nothing can be kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.replies import code

pytestmark = pytest.mark.browser

# All records of a kind that are in the browser's storage: [key, size in bytes if it has one].
RECORDS = """(name) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('codeact-web /');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const found = [];
    const cursor = opening.result.transaction(name).objectStore(name).openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) { opening.result.close(); return resolve(found); }
      found.push([cursor.result.primaryKey, cursor.result.value.byteLength ?? 0]);
      cursor.result.continue();
    };
  };
})"""
# How many runs have been kept to their end.
ENDED_RUNS = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('codeact-web /');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const all = opening.result.transaction('journal').objectStore('journal').getAll();
    all.onsuccess = () => {
      opening.result.close();
      resolve(all.result.flatMap(({ events }) => events).filter(({ type }) => type === 'run_finished').length);
    };
  };
})"""
# Write down the keys of what is put into one kind of records from now on.
WATCH = """() => {
  window.written = [];
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    window.written.push([this.name, ...(Array.isArray(key) ? key.slice(1) : [])]);
    return put.call(this, value, key);
  };
}"""
# For each task press New and send it, all in one turn of the page: the run before cannot have ended.
NEW_AND_SEND = """(tasks) => {
  for (const task of tasks) {
    document.querySelector('button.new').click();
    const text = document.querySelector('textarea');
    text.value = task;
    text.form.requestSubmit();
    if (text.value) throw new Error(`${task} was not taken`);
  }
}"""


def messages(upstream: ScriptedModel, request: int = -1) -> list[dict[str, str]]:
    found: list[dict[str, str]] = upstream.requests[request].json["messages"]
    return found


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until an asynchronous condition of the page holds."""
    held = page.evaluate(
        f"""async (argument) => {{
          for (const end = Date.now() + 10_000; Date.now() < end; ) {{
            if (await ({condition})(argument)) return true;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }}
          return false;
        }}""",
        argument,
    )
    assert held, condition


def saved(agent: AgentPage, name: str) -> None:
    """Wait until a variable is in the browser's storage."""
    until(agent.page, f"async (name) => (await ({RECORDS})('variables')).some(([key]) => key[1] === name)", name)


def test_a_reload_brings_everything_back(agent: AgentPage, upstream: ScriptedModel) -> None:
    begin = "kept = {'a': 1}\nwith open('/output/note.txt', 'w') as file:\n    file.write('here')\nprint('seen')"
    upstream.reply(code(begin), code("final_answer('done')"))
    agent.solve("Begin")
    saved(agent, "kept")
    agent.reload()
    expect(agent.steps).to_have_count(2)
    expect(agent.steps.first).to_contain_text("seen")
    expect(agent.answer).to_contain_text("done")
    expect(agent.notices).to_contain_text("1 variable came back")
    upstream.reply(code("kept"), code("final_answer(open('/output/note.txt').read())"))
    expect(agent.solve("Go on")).to_contain_text("here")
    asked = [each["content"] for each in messages(upstream, 2)]
    assert asked[1] == "Begin"
    assert asked[-1] == "Go on"
    assert "Output:\nseen" in asked[3]
    told = messages(upstream)[-1]["content"]
    assert "The conversation was reloaded" in told
    assert "These came back as they were before: kept" in told
    assert "{'a': 1}" in told


def test_a_reload_right_after_the_answer_keeps_it(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("final_answer('kept')"))
    agent.solve("Answer")
    agent.reload()
    expect(agent.answer).to_contain_text("kept")
    expect(agent.ending).not_to_contain_text("reloaded")


def test_a_run_that_a_reload_cut_off_is_ended(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("x = 1"), Reply(hang=True))
    agent.send("Think")
    expect(agent.steps).to_have_count(2)
    saved(agent, "x")
    agent.reload()
    expect(agent.steps.last).to_have_attribute("state", "stopped")
    expect(agent.ending).to_contain_text("The page was reloaded during this run.")
    upstream.reply(code("final_answer(x + 1)"))
    expect(agent.solve("Go on")).to_contain_text("2")
    said = messages(upstream)[-2]
    assert said == {"role": "assistant", "content": "(The run ended here.)"}
    agent.reload()  # it is ended once
    expect(agent.ending).to_have_count(2)


def test_what_could_not_be_saved_is_told(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("gen = (x for x in 'ab')\nkept = 1"), code("final_answer('done')"))
    agent.solve("Begin")
    saved(agent, "kept")
    agent.reload()
    upstream.reply(code("kept"), code("final_answer('gen' in globals())"))
    expect(agent.solve("Go on")).to_contain_text("False")
    assert "gen" not in messages(upstream)[-1]["content"].split("Variables:")[0].split("Lost:")[0]


def test_new_begins_another_and_the_former_can_be_opened(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("secret = 41\nopen('/output/a.txt', 'w').close()\nfinal_answer('one')"))
    agent.solve("First")
    agent.new.click()
    expect(agent.runs).to_have_count(0)
    look = 'import os\nfinal_answer(f\'{"secret" in globals()} {len(os.listdir("/output"))}\')'
    upstream.reply(code(look))
    expect(agent.solve("Second")).to_contain_text("False 0")
    assert len(messages(upstream)) == 2
    assert agent.conversations() == ["Second", "First"]
    agent.open_conversation("First")
    expect(agent.runs).to_have_count(1)
    expect(agent.answer).to_contain_text("one")
    upstream.reply(code("final_answer(secret + 1)"))
    expect(agent.solve("Third")).to_contain_text("42")
    assert messages(upstream)[1]["content"] == "First"


def spin(agent: AgentPage, upstream: ScriptedModel) -> None:
    """Begin a task whose second step does not end by itself."""
    upstream.reply(code("done = 1"), code("while True:\n    pass"))
    agent.send("Spin")
    expect(agent.steps.last).to_contain_text("while")


def test_a_new_one_while_a_step_runs_keeps_what_was_done(agent: AgentPage, upstream: ScriptedModel) -> None:
    spin(agent, upstream)
    upstream.reply(code("final_answer('clean')"))
    agent.page.evaluate(NEW_AND_SEND, ["Again"])
    expect(agent.answer).to_contain_text("clean", timeout=60_000)
    expect(agent.steps).to_have_count(1)
    agent.wait_for_end()
    agent.open_conversation("Spin")
    expect(agent.steps.last).to_have_attribute("state", "stopped")
    upstream.reply(code("final_answer(done)"))
    expect(agent.solve("Go on")).to_contain_text("1")


def test_a_task_that_is_left_before_it_begins_is_kept(agent: AgentPage, upstream: ScriptedModel) -> None:
    spin(agent, upstream)
    upstream.reply(code("final_answer('last')"))
    agent.page.evaluate(NEW_AND_SEND, ["Between", "Last"])
    expect(agent.answer).to_contain_text("last", timeout=60_000)
    agent.wait_for_end()
    assert agent.conversations() == ["Last", "Between", "Spin"]
    agent.open_conversation("Between")
    expect(agent.ending).to_contain_text("Stopped")
    expect(agent.runs).to_contain_text("Between")


def test_a_task_can_be_stopped_before_it_begins(agent: AgentPage, upstream: ScriptedModel) -> None:
    spin(agent, upstream)
    agent.page.evaluate(
        f"""() => {{
          ({NEW_AND_SEND})(['Again']);
          document.querySelector('button.stop').click();
        }}"""
    )
    expect(agent.ending).to_contain_text("Stopped", timeout=60_000)
    expect(agent.runs).to_contain_text("Again")
    agent.wait_for_end()
    upstream.reply(code("final_answer('done' in globals())"))
    expect(agent.solve("Look")).to_contain_text("False")


def test_a_duplicate_goes_its_own_way(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("x = [1]\nfinal_answer(f'{sum(x)} in all')"))
    agent.solve("Begin")
    agent.duplicate("Begin")
    expect(agent.notices).to_contain_text("1 variable came back")
    expect(agent.answer).to_contain_text("1 in all")
    upstream.reply(code("x.append(2)\nfinal_answer(f'{sum(x)} in all')"))
    expect(agent.solve("In the copy")).to_contain_text("3 in all")
    assert agent.conversations() == ["Copy of Begin", "Begin"]
    agent.open_conversation("Begin")
    expect(agent.runs).to_have_count(1)
    upstream.reply(code("final_answer(f'{sum(x)} in all')"))
    expect(agent.solve("In the first")).to_contain_text("1 in all")
    assert "In the copy" not in json.dumps(messages(upstream))


def test_a_deleted_one_leaves_nothing_behind(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("x = 1\nopen('/output/a.txt', 'w').close()\nfinal_answer('done')"))
    agent.solve("Begin")
    saved(agent, "x")
    agent.delete("Begin")
    expect(agent.dialog("Conversations")).to_contain_text("none yet")
    expect(agent.runs).to_have_count(0)
    for name in ("conversations", "journal", "variables", "files", "checkpoints"):
        assert agent.page.evaluate(RECORDS, name) == [], name
    agent.reload()
    expect(agent.runs).to_have_count(0)


def test_a_checkpoint_writes_what_changed_and_deletes_what_is_gone(
    own_agent: AgentPage, upstream: ScriptedModel
) -> None:
    upstream.reply(code("a = 1\nb = 2\nc = bytes(1_000_000)\nfinal_answer('')"))
    own_agent.solve("Begin")
    saved(own_agent, "c")
    own_agent.page.evaluate(WATCH)
    upstream.reply(code("b = 3\ndel a\nd = 4\nfinal_answer('')"))
    own_agent.solve("Change")
    saved(own_agent, "d")
    written = own_agent.page.evaluate(
        "window.written.filter(([name]) => name === 'variables').map(([, key]) => key)"
    )
    assert sorted(written) == ["b", "d"]
    assert sorted(key[1] for key, _ in own_agent.page.evaluate(RECORDS, "variables")) == ["b", "c", "d"]


def test_two_tabs_do_not_share_a_conversation(
    own_agent: AgentPage, upstream: ScriptedModel, context: BrowserContext, complaints: Complaints
) -> None:
    upstream.reply(code("x = 1\nfinal_answer('first')"))
    own_agent.solve("Begin")
    saved(own_agent, "x")
    opened = context.new_page()
    complaints.watch(opened)
    opened.goto(own_agent.page.url)
    other = AgentPage(opened)
    expect(other.notices).to_contain_text("open in another tab")
    expect(other.runs).to_have_count(0)
    other.notices.get_by_role("button", name="Open a copy").click()
    expect(other.answer).to_contain_text("first")
    other.ready()
    upstream.reply(code("x += 1\nfinal_answer(x)"), code("x += 10\nfinal_answer(x)"))
    expect(other.solve("In the second")).to_contain_text("2")
    expect(own_agent.solve("In the first")).to_contain_text("11")
    assert sorted(own_agent.conversations()) == ["Begin", "Copy of Begin"]


def test_a_tab_notices_that_another_has_written(
    own_agent: AgentPage, upstream: ScriptedModel, context: BrowserContext, complaints: Complaints
) -> None:
    """Where there are no locks, or they are taken away, two tabs can be in one conversation."""
    upstream.reply(code("final_answer('first')"))
    own_agent.solve("Begin")
    opened = context.new_page()
    complaints.watch(opened)
    opened.goto(own_agent.page.url.split("#")[0])
    opened.evaluate(
        """async () => {
          const { held } = await navigator.locks.query();
          for (const { name } of held) await navigator.locks.request(name, { steal: true }, () => {});
        }"""
    )
    other = AgentPage(opened)
    other.ready()
    other.open_conversation("Begin")
    expect(other.answer).to_contain_text("first")
    upstream.reply(code("final_answer('theirs')"), code("final_answer('mine')"))
    other.solve("In the second")
    expect(own_agent.solve("In the first").last).to_contain_text("mine")
    expect(own_agent.notices).to_contain_text("Another tab has changed this conversation")
    own_agent.notices.get_by_role("button", name="Reload").click()
    other.page.close()
    own_agent.page.reload()
    own_agent.ready()
    expect(own_agent.answer.last).to_contain_text("theirs")
    expect(own_agent.runs).to_have_count(2)


@pytest.fixture
def forbidding(playwright: Playwright, tmp_path: Path, complaints: Complaints) -> Iterator[Page]:
    """A page of a browser that was told to allow sites no storage at all."""
    (tmp_path / "Default").mkdir()
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked))
    path = find_browser(playwright.chromium.executable_path)
    context = playwright.chromium.launch_persistent_context(tmp_path, executable_path=path, args=arguments())
    opened = context.new_page()
    complaints.watch(opened)
    yield opened
    context.close()


def test_without_storage_the_page_says_so_once_and_works(
    forbidding: Page, relayed: str, upstream: ScriptedModel, complaints: Complaints
) -> None:
    complaints.allow("The event is already being dispatched")  # PyScript looks for a storage of its own
    complaints.allow("page error: Event")
    upstream.reset()
    agent = AgentPage(forbidding).open(relayed)
    agent.ready()
    expect(agent.notices).to_contain_text("cannot keep conversations")
    agent.notices.get_by_role("button", name="Dismiss").click()
    upstream.reply(code("x = 41\nfinal_answer('one')"))
    agent.solve("First")
    agent.new.click()
    upstream.reply(code("final_answer('x' in globals())"))
    expect(agent.solve("Second")).to_contain_text("False")
    agent.open_conversation("First")
    expect(agent.answer).to_contain_text("one")
    upstream.reply(code("final_answer(x + 1)"))
    expect(agent.solve("Third")).to_contain_text("42")
    expect(agent.notices).not_to_contain_text("cannot keep")
    agent.reload()
    expect(agent.runs).to_have_count(0)


def test_a_full_storage_is_told_and_the_page_works(
    own_agent: AgentPage, upstream: ScriptedModel, context: BrowserContext
) -> None:
    # The browser asks for its quota before the first write, and not again for a while.
    until(own_agent.page, "async () => (await navigator.storage.estimate()).usageDetails?.caches > 20_000_000")
    used = own_agent.page.evaluate("async () => (await navigator.storage.estimate()).usage")
    session = context.new_cdp_session(own_agent.page)
    quota = {"origin": own_agent.page.url.rstrip("/"), "quotaSize": used + 5_000_000}
    session.send("Storage.overrideQuotaForOrigin", quota)
    upstream.reply(code("small = 1\nfinal_answer('one')"))
    own_agent.solve("Begin")
    saved(own_agent, "small")
    upstream.reply(code("import os\nlarge = os.urandom(14_000_000)\nfinal_answer(len(large))"))
    expect(own_agent.solve("More")).to_contain_text("14000000")
    expect(own_agent.notices).to_contain_text("no more room")
    upstream.reply(code("final_answer(len(large) + small)"))
    expect(own_agent.solve("Go on")).to_contain_text("14000001")
    session.send("Storage.overrideQuotaForOrigin", {"origin": quota["origin"]})
    upstream.reply(code("last = 2\nfinal_answer('room')"))
    own_agent.solve("Room again")
    saved(own_agent, "last")  # what could not be written comes with the next that fits
    assert sorted(key[1] for key, _ in own_agent.page.evaluate(RECORDS, "variables")) == ["large", "last", "small"]
    until(own_agent.page, f"async () => (await ({ENDED_RUNS})()) === 4")  # what found no room is tried again
    own_agent.reload()
    expect(own_agent.runs.last).to_contain_text("Room again")


def test_conversations_by_keyboard(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("final_answer('one')"))
    agent.solve("First")
    agent.new.click()
    button = agent.page.get_by_role("button", name="Conversations")
    button.focus()
    agent.page.keyboard.press("Enter")
    dialog = agent.page.get_by_role("dialog", name="Conversations")
    expect(dialog).to_be_visible()
    agent.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    agent.page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    row = agent.dialog("Conversations").locator(".open")
    for _ in range(8):
        if row.evaluate("row => row.matches(':focus')"):
            break
        agent.page.keyboard.press("Tab")
    agent.page.keyboard.press("Enter")
    expect(agent.answer).to_contain_text("one")


def test_a_conversation_that_is_gone_is_told(page: Page, served: str) -> None:
    page.goto(f"{served}/#{'0' * 24}")
    agent = AgentPage(page)
    agent.ready()
    expect(agent.notices).to_contain_text("no longer in this browser")
    assert page.evaluate("location.hash") == ""
