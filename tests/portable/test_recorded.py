"""The recorded model. Runs under CPython and MicroPython."""

import json

from codeact_agent.errors import DeclarationError, Stopped, UnknownTask
from codeact_agent.recorded import RecordedModel, check_recording, find, make_recording
from scripted import ScriptedHost, raises, raises_async

CIRCLE = {
    "version": 1,
    "id": "circle",
    "title": "A circle",
    "task": "Area of a circle of radius 5?\nRound it.",
    "tools": ["area"],
    "steps": [
        {"reply": "I compute the area with the tool I have.\n<code>x</code>", "observation": "Output:\n1"},
        {"reply": "<code>final_answer(1)</code>"},
    ],
}
LAPTOPS = {"version": 1, "id": "laptops", "title": "Laptops", "task": "Best?", "tools": [], "steps": []}
KNOWN = [LAPTOPS, CIRCLE]


def changed(**fields):
    recording = dict(CIRCLE)
    recording.update(fields)
    return recording


async def reply(model, deltas):
    return await model.chat([], deltas.append)


def test_find_by_id_and_by_task():
    assert find("circle", KNOWN) is CIRCLE
    assert find(CIRCLE["task"], KNOWN) is CIRCLE
    assert find("Best?", KNOWN) is LAPTOPS


def test_find_ignores_case_and_space():
    assert find("  CIRCLE\n", KNOWN) is CIRCLE
    assert find("area of  a CIRCLE of radius 5?  Round it. ", KNOWN) is CIRCLE


def test_an_unknown_task_is_told_what_there_is_and_how_to_connect():
    for task in ("Area", "circl", ""):
        error = raises(UnknownTask, lambda task=task: find(task, KNOWN))
        words = str(error)
        assert "- circle: A circle" in words
        assert "- laptops: Laptops" in words
        assert "OPENAI_BASE_URL and OPENAI_API_KEY" in words
        assert "codeact.toml" in words
        assert error.kind == "unknown_task"


async def test_replies_come_in_order_and_in_pieces():
    model = RecordedModel(CIRCLE, ScriptedHost())
    for step in CIRCLE["steps"]:
        deltas = []
        assert await reply(model, deltas) == {"text": step["reply"], "usage": None, "tool_calls": []}
        assert "".join(deltas) == step["reply"]
    deltas = []
    await reply(RecordedModel(CIRCLE, ScriptedHost()), deltas)
    assert len(deltas) > 2


async def test_pace_waits_between_pieces():
    host = ScriptedHost()
    deltas = []
    await reply(RecordedModel(CIRCLE, host, pace=0.5), deltas)
    assert host.slept == 0.5 * len(deltas)


async def test_out_of_replies_says_how_to_go_on():
    model = RecordedModel(LAPTOPS, ScriptedHost())
    error = await raises_async(UnknownTask, reply(model, []))
    assert "no further replies" in str(error)
    assert "OPENAI_BASE_URL" in str(error)


async def test_stop_between_words():
    host = ScriptedHost()
    host.on_sleep = host.stop
    deltas = []
    await raises_async(Stopped, reply(RecordedModel(CIRCLE, host, pace=0.1), deltas))
    assert len(deltas) == 1


def test_expected_observations():
    model = RecordedModel(CIRCLE, ScriptedHost())
    assert [model.expected(index) for index in range(3)] == ["Output:\n1", None, None]


def test_what_the_loop_reads_of_it():
    model = RecordedModel(CIRCLE, ScriptedHost())
    assert (model.name, model.recorded, model.time_ms) == ("recorded", True, None)
    assert RecordedModel(changed(time_ms=3000), ScriptedHost()).time_ms == 3000


def test_a_good_recording_passes():
    assert check_recording(CIRCLE, "circle.json") is CIRCLE


def test_a_bad_recording_is_told_what_is_wrong():
    for bad, words in (
        ([], "x.json is not a recording: it is not a JSON object"),
        (None, "x.json is not a recording: it is not a JSON object"),
        ({}, "x.json has version None, this program reads 1"),
        (changed(version=2), "x.json has version 2, this program reads 1"),
        (changed(id=7), "x.json: 'id' is missing or not a str"),
        (changed(task=None), "x.json: 'task' is missing or not a str"),
        (changed(title=[]), "x.json: 'title' is missing or not a str"),
        (changed(tools="area"), "x.json: 'tools' is missing or not a list"),
        (changed(steps=None), "x.json: 'steps' is missing or not a list"),
        (changed(steps=["reply"]), "x.json: each step needs a 'reply'"),
        (changed(steps=[{"observation": "x"}]), "x.json: each step needs a 'reply'"),
    ):
        error = raises(DeclarationError, lambda bad=bad: check_recording(bad, "x.json"))
        assert str(error) == words, str(error)


async def test_a_recording_of_a_run_can_be_played():
    steps = [{"reply": "<code>final_answer(1)</code>", "observation": "The final answer was given."}]
    made = make_recording("mine", "A task of\ntwo lines", steps, ["area"], "some-model")
    loaded = check_recording(json.loads(json.dumps(made)), "mine.json")
    assert loaded == made
    assert (loaded["id"], loaded["title"], loaded["source"]) == ("mine", "A task of", "some-model")
    assert find("a task of two lines", [loaded]) is loaded
    model = RecordedModel(loaded, ScriptedHost())
    assert (await reply(model, []))["text"] == steps[0]["reply"]
    assert model.expected(0) == "The final answer was given."
