"""The ways a model can act. Runs under CPython and MicroPython."""

import json

from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.prompt import message
from codeact_agent.tools import Tool
from scripted import ScriptedHost, ScriptedModel, answered, printed, result

NUMBER = {"name": "n", "annotation": "int"}


def double():
    return Tool(lambda n: 2 * n, "double", [NUMBER], "int", "Twice n.")


async def run(mode, replies, outcomes=(), max_steps=20, tools=(), **options):
    host = ScriptedHost(*outcomes)
    model = ScriptedModel(*replies)
    loop = Loop(host, Options(max_steps=max_steps, mode=mode, **options))
    finished = await loop.run("?", model, {each.name: each for each in tools})
    return finished, host, model, loop.messages


ANSWER = ("final_answer", '{"answer": 8}')


async def test_one_tool_a_step_by_json():
    replies = [("double", '{"n": 2}'), ("double", '{"n": 4}'), ANSWER]
    finished, host, model, messages = await run("json", replies, tools=[double()])
    assert (finished["status"], finished["answer"]["json"], finished["steps"]) == ("answered", "8", 3)
    assert host.executed == []
    names = [each["function"]["name"] for each in model.tools]
    assert names == ["double", "ask_user", "final_answer"]
    assert [each["role"] for each in messages[1:6]] == ["user", "assistant", "tool", "assistant", "tool"]
    assert messages[3] == {"role": "tool", "tool_call_id": "call_1", "content": "4"}
    assert messages[2]["tool_calls"][0]["function"] == {"name": "double", "arguments": '{"n": 2}'}
    assert [event["value"] for event in host.of("tool_returned")] == [4, 8]
    assert "<code>" not in messages[0]["content"]


async def test_what_goes_wrong_in_a_call_is_told_by_json():
    replies = [
        ("double", "{"),
        ("double", "[1]"),
        ("triple", '{"n": 2}'),
        ("final_answer", "{}"),
        "I wonder.",
        ANSWER,
    ]
    finished, _, _, messages = await run("json", replies, tools=[double()])
    assert finished["status"] == "answered"
    told = [each["content"] for each in messages[1:-1] if each["role"] == "tool"]
    assert told[:2] == [message("not_json")] * 2
    assert "triple" in told[2]
    assert told[3] == message("no_answer")
    assert messages[11]["content"] == "Observation:\n" + message("no_call")


async def test_a_long_value_is_cut_by_json():
    text = Tool(lambda: "x" * 20000, "text", [], "str", "Much.")
    _, _, _, messages = await run("json", [("text", "{}"), ANSWER], tools=[text])
    assert 10000 < len(messages[3]["content"]) < 10100
    assert "10000 characters are left out" in messages[3]["content"]


async def test_a_tool_in_the_sandbox_is_called_there_by_json():
    area = Tool(lambda radius: None, "area", [{"name": "radius", "annotation": "float"}], "float", "Area.")
    host = ScriptedHost({"result": result(results=[{"text/plain": "12.5"}])})
    host.sandbox["sandbox_tools"] = [area.spec]
    arguments = json.dumps({"radius": 2, "text": 'it\'s \\ "so"'})
    model = ScriptedModel(("area", arguments), ANSWER)
    await Loop(host, Options(mode="json")).run("?", model, {})
    first, call = host.executed[0][0].split("\n")
    assert first == "import json"
    assert call[:25] == "await area(**json.loads('"
    given = eval(call[13:-1], {"json": json})
    assert given == json.loads(arguments)


async def test_only_the_first_of_several_calls_is_kept():
    class Eager(ScriptedModel):
        async def chat(self, messages, on_delta, tools=None):
            reply = await ScriptedModel.chat(self, messages, on_delta, tools)
            reply["tool_calls"] = reply["tool_calls"] * 2
            return reply

    model = Eager(("double", '{"n": 2}'), ANSWER)
    loop = Loop(ScriptedHost(), Options(mode="json"))
    await loop.run("?", model, {"double": double()})
    assert len(loop.messages[2]["tool_calls"]) == 1


async def test_code_in_a_tool_call():
    replies = [("python", json.dumps({"code": "x = 4\nx"})), ("python", '{"code": "final_answer(8)"}')]
    finished, host, model, messages = await run("hybrid", replies, [printed("4"), answered(8, "8")])
    assert finished["status"] == "answered"
    assert [code for code, _ in host.executed] == ["x = 4\nx", "final_answer(8)"]
    assert [each["function"]["name"] for each in model.tools] == ["python"]
    assert messages[3]["role"] == "tool"
    assert "<code>" not in messages[0]["content"]
    assert "CPython" in messages[0]["content"]


async def test_code_in_the_text_is_understood_too():
    finished, host, _, _ = await run("hybrid", ["<code>final_answer(8)</code>"], [answered(8, "8")])
    assert finished["status"] == "answered"
    assert host.executed[0][0] == "final_answer(8)"


async def test_a_call_that_is_not_python_is_told():
    replies = [
        ("ruby", '{"code": "1"}'),
        ("python", '{"text": "1"}'),
        ("python", "{"),
        ("python", '{"code": " "}'),
    ]
    replies.append(("python", '{"code": "final_answer(8)"}'))
    finished, _, _, messages = await run("hybrid", replies, [answered(8, "8")])
    assert (finished["status"], finished["steps"]) == ("answered", 5)
    assert messages[3]["content"] == message("not_python")


async def test_plain_words_are_taken_at_the_end_in_every_mode():
    for mode in ("code", "hybrid", "json"):
        finished, _, _, _ = await run(mode, ["Hm.", "It is eight."], max_steps=1)
        assert (finished["status"], finished["answer"]["text"]) == ("forced", "It is eight."), mode
