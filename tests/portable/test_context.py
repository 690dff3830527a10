"""A transcript that outgrows the model's window. Runs under CPython and MicroPython."""

from codeact_agent.context import Context, is_observation
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.tokens import TokenMeter
from scripted import ScriptedHost, ScriptedModel, answered, result

VARIABLES = [{"name": "rain", "type": "list", "repr": "[1]"}]


def transcript(steps, chars):
    messages = [{"role": "system", "content": "S" * 400}, {"role": "user", "content": "Add it up."}]
    for number in range(steps):
        messages.append({"role": "assistant", "content": f"<code>{number}</code>"})
        words = f"Observation:\nOutput:\n{number}" + "x" * chars + f"end{number}\nVariables: rain: list"
        messages.append({"role": "user", "content": words})
    return messages


async def no_summary(messages):
    raise AssertionError("nothing needed a summary")


async def test_what_fits_is_sent_as_it_is():
    messages = transcript(3, 100)
    sent, told = await Context(TokenMeter()).fit(messages, 10_000, "", no_summary)
    assert sent is messages
    assert told is None


async def test_old_observations_are_shortened_first():
    messages = transcript(10, 4000)
    whole = [dict(each) for each in messages]
    sent, told = await Context(TokenMeter()).fit(messages, 10_000, "", no_summary)
    assert messages == whole, "the transcript stays whole"
    assert len(sent) == len(messages)
    first = sent[3]["content"]
    assert first.startswith("Observation:\nOutput:\n0x")
    assert "end0\nVariables: rain: list" in first
    assert "characters of this old observation are left out" in first
    assert sent[-1] == messages[-1]
    assert sent[-3] == messages[-3]
    assert [index for index, _ in told["shortened"]] == [3, 5, 7, 9, 11, 13][: len(told["shortened"])]
    assert len(told["shortened"]) >= 4
    assert (told["summary"], told["summarised"]) == (None, 1)
    assert told["after_tokens"] < 0.7 * 7500 < told["before_tokens"]


async def test_what_was_shortened_stays_so():
    context = Context(TokenMeter())
    messages = transcript(10, 4000)
    first, _ = await context.fit(messages, 10_000, "", no_summary)
    messages.append({"role": "assistant", "content": "<code>x</code>"})
    again, told = await context.fit(messages, 10_000, "", no_summary)
    assert told is None
    assert again[:-1] == first


async def test_then_the_oldest_steps_are_summarised():
    asked = []

    async def summarise(messages):
        asked.append(messages)
        return "The sum so far is 12."

    context = Context(TokenMeter())
    messages = transcript(60, 4000)
    sent, told = await context.fit(messages, 4000, "", summarise)
    assert told["summarised"] == len(messages) - 4
    assert told["summary"] == sent[1]
    assert sent[0] is messages[0]
    assert "The sum so far is 12.\nVariables: rain: list" in sent[1]["content"]
    assert sent[-4:] == messages[-4:]
    assert len(sent) == 6
    assert asked[0][0]["content"] == "Add it up."
    assert TokenMeter().estimate(sent) <= 3000
    more, told = await context.fit(messages, 4000, "", summarise)
    assert (more, told) == (sent, None)


async def test_a_last_observation_that_is_too_long_alone_is_shortened():
    messages = transcript(1, 100_000)
    sent, _ = await Context(TokenMeter()).fit(messages, 4000, "", no_summary)
    assert len(sent[-1]["content"]) < 1000


async def test_images_go_first_with_their_observation():
    messages = transcript(4, 3000)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}
    messages[3]["content"] = [{"type": "text", "text": messages[3]["content"]}, image]
    sent, _ = await Context(TokenMeter()).fit(messages, 5000, "", no_summary)
    assert isinstance(sent[3]["content"], str)


def test_what_is_an_observation():
    assert is_observation({"role": "tool", "content": "4"})
    assert is_observation({"role": "user", "content": "Observation:\n4"})
    assert not is_observation({"role": "user", "content": "Observe this."})
    assert not is_observation({"role": "assistant", "content": "Observation:\n4"})


def test_the_meter_learns_from_what_the_upstream_counts():
    meter = TokenMeter()
    messages = [{"role": "user", "content": "x" * 4000}]
    before = meter.estimate(messages)
    reply = {"text": "", "tool_calls": [], "usage": {"prompt_tokens": 2 * before, "completion_tokens": 1}}
    assert meter.usage(reply, messages)["estimated"] is False
    assert abs(meter.estimate(messages) - 2 * before) <= 2


def test_other_scripts_take_more_tokens():
    meter = TokenMeter()
    assert meter.estimate_text("ố" * 300) > 2 * meter.estimate_text("o" * 300)


async def test_a_run_says_that_its_context_was_shortened():
    steps = 12
    replies = [f"<code>{number}</code>" for number in range(steps)]
    outcomes = [
        {"result": result(stdout="x" * 4000 + str(number), variables=VARIABLES)} for number in range(steps)
    ]
    host = ScriptedHost(*outcomes, answered(4, "4"))
    model = ScriptedModel(*replies, context_window=8000)
    model.usage = None
    model.enqueue("<code>final_answer(4)</code>", "<code>final_answer(4)</code>")
    loop = Loop(host, Options())
    await loop.run("?", model, {})
    assert host.of("context_shortened")
    assert max([TokenMeter().estimate(each) for each in model.asked]) < 8000


async def test_what_was_sent_can_be_told_from_the_events():
    steps = 12
    host = ScriptedHost(*[{"result": result(stdout="x" * 4000 + str(number))} for number in range(steps)])
    host.enqueue(answered(4, "4"))
    model = ScriptedModel(*[f"<code>{number}</code>" for number in range(steps)], context_window=9000)
    model.usage = None
    model.enqueue("<code>final_answer(4)</code>")
    await Loop(host, Options()).run("?", model, {})
    messages, short, asked = [], {}, 0
    for event in host.events:
        if event["type"] == "context_shortened":
            assert event["summary"] is None
            short.update(dict(event["shortened"]))
        elif event["type"] == "model_asked":
            messages.extend(event["added"])
            assert event["messages"] == len(messages)
            sent = [short.get(index, each) for index, each in enumerate(messages)]
            assert sent == model.asked[asked]
            asked += 1
    assert short
    assert asked == steps + 1
