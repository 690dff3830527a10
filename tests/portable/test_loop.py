"""The loop: run → step → query → parse → execute → observe. Runs under CPython and MicroPython."""

import json

from codeact_agent.errors import AgentError, ModelError, Stopped
from codeact_agent.loop import Loop
from codeact_agent.options import DEFAULT_MAX_STEPS, Options
from codeact_agent.prompt import message
from codeact_agent.tools import Tool
from scripted import ScriptedHost, ScriptedModel, answered, printed, raises_async, result, sandbox

ANSWER = "<code>\nfinal_answer(4)\n</code>"


class Run:
    """A loop over a scripted host and model."""

    def __init__(self, replies, outcomes, **model):
        self.host = ScriptedHost(*outcomes)
        self.model = ScriptedModel(*replies, **model)
        self.loop = Loop(self.host)

    async def of(self, task="Two and two?", max_steps=DEFAULT_MAX_STEPS, tools=(), task_id=None):
        self.loop.options = Options(max_steps)
        return await self.loop.run(task, self.model, {each.name: each for each in tools}, task_id)

    @property
    def transcript(self):
        """The messages after the system prompt: (role, content)."""
        return [(each["role"], each["content"]) for each in self.loop.messages[1:]]


def tool(name, returns=""):
    return Tool(lambda: 1, name, [], returns, "A tool.")


STEP = ["step_started", "model_asked", "model_delta", "model_replied", "code_parsed", "step_finished"]


async def test_an_answer_in_the_first_step():
    run = Run(["I add.\n" + ANSWER], [answered(4, "4")])
    finished = await run.of()
    assert finished["status"] == "answered"
    assert finished["answer"] == {"json": "4", "text": "4", "bundle": {"text/plain": "4"}}
    assert finished["error"] is None
    assert finished["steps"] == 1
    assert run.host.executed == [("final_answer(4)", None)]


async def test_events_in_order():
    run = Run(["A\n<code>x</code>", "B\n" + ANSWER], [printed("x\n"), answered(4, "4")])
    finished = await run.of()
    kinds = run.host.kinds
    assert (kinds[0], kinds[-1]) == ("run_started", "run_finished")
    assert kinds[1:-1] == STEP * 2, kinds
    assert run.host.events[-1] is finished


async def test_events_carry_what_is_documented():
    run = Run(["I add.\n" + ANSWER], [answered(4, "4")])
    await run.of("Two and two?", max_steps=7, task_id="adding")
    started, step, asked, first, second, replied, parsed, ended, finished = run.host.events
    assert started == {
        "type": "run_started", "task": "Two and two?", "task_id": "adding", "model": "scripted",
        "recorded": False, "max_steps": 7, "files": [], "mode": "code", "approval": "never",
        "planning_interval": None, "tools": ["ask_user"],
    }  # fmt: skip
    assert step == {"type": "step_started", "step": 1, "forced": False}
    assert (asked["type"], asked["step"], asked["messages"], asked["tools"]) == ("model_asked", 1, 2, None)
    assert asked["added"] == run.loop.messages[:2]
    text = "I add.\n" + ANSWER
    assert (first["type"], first["step"], second["type"]) == ("model_delta", 1, "model_delta")
    assert first["text"] + second["text"] == text
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "estimated": False}
    assert replied == {
        "type": "model_replied", "step": 1, "text": text, "tool_calls": [], "usage": usage, "cost": None,
        "duration_ms": 0,
    }  # fmt: skip
    assert parsed == {
        "type": "code_parsed", "step": 1, "thought": "I add.", "code": "final_answer(4)", "calls": [],
    }  # fmt: skip
    assert ended["observation"] == "The final answer was given."
    assert ended["result"] == answered(4, "4")["result"]
    assert (ended["step"], ended["difference"], ended["duration_ms"]) == (1, None, 250)
    assert (finished["steps"], finished["duration_ms"]) == (1, 250)
    assert (finished["usage"], finished["cost"], finished["cap"]) == (usage, None, None)


async def test_all_but_the_first_and_last_event_name_their_step():
    run = Run(["<code>x</code>", ANSWER], [printed("x"), answered(4, "4")])
    await run.of()
    steps = [event["step"] for event in run.host.events[1:-1]]
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (1, 2)


async def test_the_model_sees_what_happened():
    run = Run(["A\n<code>print(1)</code>", ANSWER], [printed("1\n"), answered(4, "4")])
    await run.of()
    first, second = run.model.asked
    assert [each["role"] for each in first] == ["system", "user"]
    assert first[1]["content"] == "Two and two?"
    assert "You solve the person's task by writing Python" in first[0]["content"]
    assert second[2:] == [
        {"role": "assistant", "content": "A\n<code>print(1)</code>"},
        {"role": "user", "content": "Observation:\nOutput:\n1"},
    ]


async def test_tools_are_in_the_system_prompt():
    run = Run([ANSWER], [answered(4, "4")])
    await run.of(tools=[tool("area", "int")])
    assert "def area() -> int:" in run.model.asked[0][0]["content"]


async def test_what_follows_the_action_is_not_kept():
    made_up = "A\n<code>x</code>\nObservation:\nOutput:\n42\n<code>final_answer(42)</code>"
    run = Run([made_up, ANSWER], [printed("1"), answered(4, "4")])
    await run.of()
    assert run.transcript[1] == ("assistant", "A\n<code>x</code>")
    assert run.host.executed[0][0] == "x"
    assert run.host.of("model_replied")[0]["text"] == made_up


async def test_the_models_time_limit_goes_with_the_code():
    run = Run([ANSWER], [answered(4, "4")], time_ms=3000)
    await run.of()
    assert run.host.executed == [("final_answer(4)", 3000)]


async def test_an_error_in_the_code_goes_back_to_the_model():
    error = {"name": "NameError", "value": "x", "traceback": "NameError: x"}
    run = Run(["<code>x</code>", ANSWER], [{"result": result(error=error)}, answered(4, "4")])
    assert (await run.of())["status"] == "answered"
    assert run.model.asked[1][-1]["content"] == "Observation:\nError:\nNameError: x"


async def test_a_lost_interpreter_goes_back_to_the_model():
    lost = {"error": {"kind": "killed", "message": "It was replaced."}}
    run = Run(["<code>x</code>", ANSWER], [lost, answered(4, "4")])
    assert (await run.of())["status"] == "answered"
    assert "All variables are gone" in run.model.asked[1][-1]["content"]
    ended = run.host.of("step_finished")[0]
    assert ended["result"] is None
    assert ended["error"] == lost["error"]


async def test_an_answer_that_json_does_not_know():
    run = Run([ANSWER], [answered({1}, None)])
    finished = await run.of()
    assert (finished["status"], finished["answer"]["json"]) == ("answered", None)


async def test_an_answer_of_none_is_an_answer():
    run = Run([ANSWER], [answered(None, "null")])
    assert (await run.of())["status"] == "answered"


async def test_a_reply_without_code_is_asked_to_go_on():
    run = Run(["I think it is four.", ANSWER], [answered(4, "4")])
    finished = await run.of()
    assert (finished["status"], finished["steps"]) == ("answered", 2)
    assert run.host.kinds[1:7] == STEP
    parsed = run.host.of("code_parsed")[0]
    assert (parsed["thought"], parsed["code"]) == ("I think it is four.", "")
    ended = run.host.of("step_finished")[0]
    assert (ended["observation"], ended["result"], ended["error"]) == (message("no_code"), None, None)
    assert run.model.asked[1][-2:] == [
        {"role": "assistant", "content": "I think it is four."},
        {"role": "user", "content": "Observation:\n" + message("no_code")},
    ]


async def test_an_empty_reply_is_asked_for_code():
    run = Run(["", " \n", ANSWER], [answered(4, "4")])
    assert (await run.of())["steps"] == 3
    said = ("user", "Observation:\n" + message("empty"))
    assert run.transcript[1:3] == [said, said]
    assert len(run.host.executed) == 1


async def test_after_the_last_step_an_answer_by_code_is_forced():
    run = Run(["<code>1</code>", "<code>2</code>", ANSWER], [printed("1"), printed("2"), answered(4, "4")])
    finished = await run.of(max_steps=2)
    assert (finished["status"], finished["steps"], finished["cap"]) == ("forced", 3, "steps")
    assert finished["answer"]["json"] == "4"
    assert [event["forced"] for event in run.host.of("step_started")] == [False, False, True]
    assert run.model.asked[2][-1] == {"role": "user", "content": message("forced")}


async def test_after_the_last_step_plain_words_are_an_answer():
    run = Run(["<code>1</code>", 'It is "four".'], [printed("1")])
    finished = await run.of(max_steps=1)
    text = 'It is "four".'
    assert finished["status"] == "forced"
    assert finished["answer"]["text"] == finished["answer"]["bundle"]["text/plain"] == text
    assert json.loads(finished["answer"]["json"]) == text
    assert run.transcript[-1] == ("assistant", text)


async def test_after_the_last_step_code_without_an_answer_is_none():
    run = Run(["<code>1</code>", "<code>2</code>"], [printed("1"), printed("2")])
    finished = await run.of(max_steps=1)
    assert (finished["status"], finished["answer"], finished["error"]) == ("unanswered", None, None)
    assert len(run.model.asked) == 2


async def test_after_the_last_step_silence_is_none():
    run = Run(["<code>1</code>", ""], [printed("1")])
    finished = await run.of(max_steps=1)
    assert (finished["status"], finished["answer"]) == ("unanswered", None)


async def test_a_plain_answer_before_the_last_step_is_not_taken():
    run = Run(["Four.", "Four."], [])
    finished = await run.of(max_steps=1)
    assert [event["forced"] for event in run.host.of("step_started")] == [False, True]
    assert finished["status"] == "forced"


async def test_the_default_is_twenty_steps():
    run = Run([f"<code>{n}</code>" for n in range(21)], [printed("1")] * 21)
    finished = await run.of()
    assert (finished["steps"], finished["status"]) == (21, "unanswered")
    assert run.host.of("run_started")[0]["max_steps"] == 20


async def test_stop_while_the_model_speaks():
    run = Run([], [])

    def stop():
        run.host.stop()
        return Stopped()

    run.model.enqueue(stop)
    finished = await run.of()
    assert (finished["status"], finished["answer"], finished["error"]) == ("stopped", None, None)
    assert run.host.kinds == ["run_started", "step_started", "model_asked", "run_finished"]


async def test_stop_as_the_reply_ends():
    run = Run([], [])

    def stop():
        run.host.stop()
        return ANSWER

    run.model.enqueue(stop)
    assert (await run.of())["status"] == "stopped"
    assert run.host.executed == []


async def test_stop_while_the_code_runs():
    stopped = {"result": result(stopped=True, error={"name": "Stopped", "value": "", "traceback": "Stopped: …"})}
    run = Run(["<code>x</code>"], [stopped])
    run.host.on_execute = run.host.stop
    finished = await run.of()
    assert finished["status"] == "stopped"
    assert run.host.kinds[1:-1] == STEP
    assert run.host.of("step_finished")[0]["result"]["stopped"] is True


async def test_an_answer_given_as_stop_was_pressed_counts():
    run = Run([ANSWER], [answered(4, "4")])
    run.host.on_execute = run.host.stop
    assert (await run.of())["status"] == "answered"


async def test_stop_while_waiting_to_ask_again():
    run = Run([ModelError("", "refused", 503)], [])
    run.host.on_sleep = run.host.stop
    finished = await run.of()
    assert finished["status"] == "stopped"
    assert run.host.kinds == ["run_started", "step_started", "model_asked", "model_retried", "run_finished"]


async def test_a_retry_is_told():
    run = Run([ModelError("busy", "refused", 503), ANSWER], [answered(4, "4")])
    assert (await run.of())["status"] == "answered"
    (retried,) = run.host.of("model_retried")
    assert (retried["step"], retried["attempt"], retried["delay_ms"]) == (1, 1, 500)
    assert "busy" in retried["message"]
    assert run.host.of("model_replied")[0]["duration_ms"] == 500


async def test_a_failure_is_a_sentence():
    run = Run([ModelError("bad key", "refused", 401)], [])
    finished = await run.of()
    assert (finished["status"], finished["answer"]) == ("failed", None)
    assert finished["error"]["kind"] == "refused"
    assert "Check OPENAI_API_KEY" in finished["error"]["message"]
    assert run.host.kinds == ["run_started", "step_started", "model_asked", "run_finished"]


async def test_any_other_error_is_not_hidden():
    run = Run([RuntimeError("a bug")], [])
    await raises_async(RuntimeError, run.of())


async def test_the_conversation_lasts():
    run = Run(["<code>x = 4</code>", ANSWER, "<code>final_answer(x)</code>"], [])
    run.host.enqueue(printed(""), answered(4, "4"), answered(4, "4"))
    await run.of("First")
    finished = await run.of("Second")
    assert finished["steps"] == 1
    assert run.transcript == [
        ("user", "First"),
        ("assistant", "<code>x = 4</code>"),
        ("user", "Observation:\nThe code ran without output."),
        ("assistant", ANSWER),
        ("user", "Observation:\nThe final answer was given."),
        ("assistant", "(The run ended here.)"),
        ("user", "Second"),
        ("assistant", "<code>final_answer(x)</code>"),
        ("user", "Observation:\nThe final answer was given."),
        ("assistant", "(The run ended here.)"),
    ]
    assert len(run.model.asked[-1]) == 8
    assert run.host.of("step_started")[-1]["step"] == 1


async def test_a_conversation_goes_on_in_another_loop():
    before = Run(["<code>x = 4</code>", ANSWER], [printed("1"), answered(4, "4")])
    await before.of("First")
    after = Run([ANSWER], [answered(4, "4")])
    after.loop.resume(before.loop.messages[1:])
    await after.of("Second")
    asked = [each["content"] for each in after.model.asked[0]]
    assert "You solve the person's task" in asked[0]
    assert asked[1:4] == ["First", "<code>x = 4</code>", "Observation:\nOutput:\n1"]
    assert asked[-2:] == ["(The run ended here.)", "Second"]


async def test_a_run_that_was_cut_off_is_closed_when_the_conversation_goes_on():
    run = Run([ANSWER], [answered(4, "4")])
    run.loop.resume([{"role": "user", "content": "First"}])
    assert run.transcript == [("user", "First"), ("assistant", "(The run ended here.)")]
    empty = Run([], [])
    empty.loop.resume([])
    assert empty.transcript == []


async def test_the_model_is_told_of_uploaded_files():
    run = Run([ANSWER], [answered(4, "4")])
    files = [{"path": "/data/rain.csv", "size": 512}, {"path": '/data/a "b".txt', "size": 1}]
    await run.loop.run("Add it up.", run.model, {}, files=files)
    told = run.model.asked[0][-1]["content"]
    assert told == (
        'Add it up.\n\nThe person has uploaded "/data/rain.csv" (512 bytes), "/data/a \\"b\\".txt" (1 bytes).'
    )
    started = run.host.of("run_started")[0]
    assert (started["task"], started["files"]) == ("Add it up.", files)


async def test_a_new_run_tells_the_tools_of_that_run():
    run = Run([ANSWER, ANSWER], [answered(4, "4"), answered(4, "4")])
    await run.of(tools=[tool("old")])
    await run.of(tools=[tool("new")])
    systems = [each for each in run.loop.messages if each["role"] == "system"]
    assert len(systems) == 1
    assert "def new()" in systems[0]["content"]
    assert "def old()" not in systems[0]["content"]


async def test_after_a_failure_the_next_task_is_not_its_answer():
    run = Run([ModelError("", "refused", 401), ANSWER], [answered(4, "4")])
    await run.of("First")
    await run.of("Second")
    assert run.transcript[:3] == [
        ("user", "First"), ("assistant", "(The run ended here.)"), ("user", "Second"),
    ]  # fmt: skip


async def test_a_difference_from_the_recording_is_shown():
    expected = ["Output:\n1", "Output:\n2", None]
    run = Run(["<code>1</code>", "<code>2</code>", ANSWER], [printed("1"), printed("3"), answered(4, "4")],
              recorded=True, expected=expected)  # fmt: skip
    finished = await run.of()
    assert finished["status"] == "answered"
    assert run.host.of("run_started")[0]["recorded"] is True
    assert [event["difference"] for event in run.host.of("step_finished")] == [
        None, {"recorded": "Output:\n2", "real": "Output:\n3"}, None,
    ]  # fmt: skip


def test_sandbox_events_are_passed_on_with_their_step():
    run = Run([], [])
    run.loop.forward({"type": "output", "chunks": [{"stream": "stdout", "text": "x"}]})
    assert run.host.events == [{"type": "output", "chunks": [{"stream": "stdout", "text": "x"}], "step": 0}]


async def test_output_while_the_code_runs_belongs_to_its_step():
    run = Run(["<code>1</code>", ANSWER], [printed("1"), answered(4, "4")])
    run.host.on_execute = lambda: run.loop.forward({"type": "output", "chunks": []})
    await run.of()
    assert [event["step"] for event in run.host.of("output")] == [1, 2]


def test_a_run_that_cannot_begin():
    run = Run([], [])
    finished = run.loop.refuse("Two and two?", "gpt", AgentError("No key. Set one."))
    assert run.host.kinds == ["run_started", "run_finished"]
    assert run.host.events[0]["model"] == "gpt"
    assert (finished["status"], finished["steps"], finished["answer"]) == ("failed", 0, None)
    assert finished["error"] == {"kind": "agent_error", "message": "No key. Set one."}


async def test_tools_that_must_be_awaited_are_told():
    for can_block in (True, False):
        run = Run([ANSWER], [answered(4, "4")])
        run.host.sandbox = sandbox(can_block)
        await run.of(tools=[tool("area")])
        model = run.model
        assert ("async def area()" in model.asked[0][0]["content"]) is not can_block


async def test_instructions_are_told():
    host = ScriptedHost(answered(4, "4"))
    model = ScriptedModel(ANSWER)
    await Loop(host, Options(instructions="Answer in French.")).run("?", model, {})
    assert "Answer in French." in model.asked[0][0]["content"]
