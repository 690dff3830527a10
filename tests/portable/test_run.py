"""What a run watches over: plans, budgets, checks of the answer, circles. Runs under CPython and MicroPython."""

from codeact_agent.errors import DeclarationError
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.prompt import message
from scripted import ScriptedHost, ScriptedModel, answered, printed, raises, raises_async, result

ANSWER = "<code>final_answer(4)</code>"


def code(number):
    return f"<code>{number}</code>"


async def run(replies, outcomes, model=None, **options):
    host = ScriptedHost(*outcomes)
    model = model or ScriptedModel()
    model.enqueue(*replies)
    loop = Loop(host, Options(**options))
    return await loop.run("?", model, {}), host, model, loop.messages


async def test_a_plan_is_made_and_renewed():
    replies = ["1. Look.", code(1), code(2), "2. Answer.", ANSWER]
    finished, host, model, messages = await run(
        replies, [printed("1"), printed("2"), answered(4, "4")], planning_interval=2
    )
    assert (finished["status"], finished["steps"]) == ("answered", 3)
    assert [(each["step"], each["plan"]) for each in host.of("plan_made")] == [(1, "1. Look."), (3, "2. Answer.")]
    assert [each["content"] for each in messages[2:5]] == [message("plan"), "1. Look.", message("plan_go")]
    assert model.asked[3][-1]["content"] == message("plan_again")
    assert not [each for each in host.of("model_delta") if "Look" in each["text"]]
    assert finished["usage"]["completion_tokens"] == 15, "plans are counted"


async def test_a_rejected_answer_goes_back_to_the_model():
    def is_large(answer, steps):
        return answer > 10 or f"{answer} is too small in step {steps}"

    replies = [ANSWER, "<code>final_answer(40)</code>"]
    finished, host, model, _ = await run(
        replies, [answered(4, "4"), answered(40, "40")], final_answer_checks=(is_large,)
    )
    assert (finished["answer"]["json"], finished["steps"]) == ("40", 2)
    assert host.of("answer_rejected")[0]["problems"] == ["4 is too small in step 1"]
    assert "- 4 is too small in step 1" in model.asked[1][-1]["content"]


async def test_a_check_may_give_false_raise_or_be_async():
    def no(answer, steps):
        return False

    def broken(answer, steps):
        raise ValueError("not a number")

    async def later(answer, steps):
        return "too late"

    def fine(answer, steps):
        return None

    finished, host, _, _ = await run(
        [ANSWER, ANSWER], [answered(4, "4")] * 2, final_answer_checks=(no, broken, later, fine), max_steps=1
    )
    assert finished["status"] == "unanswered"
    problems = host.of("answer_rejected")[0]["problems"]
    assert problems[0].endswith("did not accept the answer.")
    assert problems[1:] == ["ValueError: not a number", "too late"]


async def test_an_answer_must_fit_its_schema_before_it_is_checked():
    called = []
    host = ScriptedHost(answered(4, "4"), answered({1}, None))
    host.problems = ["4 is not of type 'string'"]
    loop = Loop(host, Options(answer_schema={"type": "string"}, final_answer_checks=(called.append,), max_steps=1))
    await loop.run("?", ScriptedModel(ANSWER, ANSWER), {})
    rejected = host.of("answer_rejected")
    assert rejected[0]["problems"] == ["4 is not of type 'string'"]
    assert "not a JSON value" in rejected[1]["problems"][0]
    assert called == []


async def test_a_run_that_goes_in_circles_is_nudged_then_ended():
    finished, host, model, _ = await run([code(1)] * 6, [printed("1")] * 6)
    assert finished["status"] == "stuck"
    assert "went in circles" in finished["error"]["message"]
    (nudged,) = host.of("nudged")
    assert nudged["step"] == 3
    assert "You seem to be going in circles" in model.asked[3][-1]["content"]
    assert len(host.of("step_finished")) == 6


async def test_two_actions_that_take_turns_are_a_circle():
    replies = [code(1), code(2), code(1), code(2), ANSWER]
    finished, host, _, _ = await run(
        replies, [printed("1"), printed("2"), printed("1"), printed("2"), answered(4, "4")]
    )
    assert finished["status"] == "answered"
    assert host.of("nudged")[0]["reason"] == "two actions take turns, and nothing changes"


async def test_the_same_error_three_times_is_a_circle():
    failed = {"result": result(error={"name": "NameError", "value": "no x", "traceback": "NameError: no x"})}
    _, host, _, _ = await run([code(1), code(2), code(3), ANSWER], [failed] * 3 + [answered(4, "4")])
    assert host.of("nudged")[0]["reason"] == "the same error came 3 times: NameError: no x"


async def test_changing_work_is_no_circle():
    outcomes = [printed(str(number)) for number in range(8)]
    outcomes.append(answered(4, "4"))
    finished, host, _, _ = await run([code(1)] * 8 + [ANSWER], outcomes)
    assert (finished["status"], host.of("nudged")) == ("answered", [])


async def test_a_budget_forces_the_answer():
    for name, limit in (("tokens", 15), ("seconds", 0.4), ("money", 0.00004)):
        model = ScriptedModel(price={"input": 2.0, "output": 4.0})
        finished, _, model, _ = await run(
            [code(1), code(2), ANSWER], [printed("1"), printed("2"), answered(4, "4")], model, budget={name: limit}
        )
        assert (finished["status"], finished["cap"], finished["steps"]) == ("forced", name, 3)
        assert model.asked[-1][-1]["content"] == message("forced")
        assert abs(finished["cost"] - 3 * 26e-6) < 1e-9


async def test_usage_is_estimated_where_the_upstream_does_not_count():
    model = ScriptedModel()
    model.usage = None
    finished, host, _, _ = await run([ANSWER], [answered(4, "4")], model)
    assert finished["usage"]["estimated"] is True
    assert finished["usage"]["prompt_tokens"] > 500
    assert host.of("model_replied")[0]["usage"] == finished["usage"]
    assert finished["cost"] is None


async def test_images_go_back_to_a_model_that_takes_them():
    shown = printed("1")
    shown["images"] = [{"mime": "image/png", "data": "aGk="}]
    _, host, model, _ = await run([code(1), ANSWER], [shown, answered(4, "4")], ScriptedModel(takes_images=True))
    assert host.steps[0]["images"] is True
    text, image = model.asked[1][-1]["content"]
    assert text == {"type": "text", "text": "Observation:\nOutput:\n1"}
    assert image == {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}


async def test_callbacks_get_each_step():
    seen = []
    await run([code(1), ANSWER], [printed("1"), answered(4, "4")], step_callbacks=(seen.append,))
    assert [each["observation"] for each in seen] == ["Output:\n1", "The final answer was given."]


async def test_a_bug_in_a_callback_is_not_hidden():
    def callback(step):
        raise RuntimeError("a bug")

    await raises_async(RuntimeError, run([ANSWER], [answered(4, "4")], step_callbacks=(callback,)))


def test_options_that_cannot_be_are_told():
    for given in (
        {"max_steps": 0},
        {"max_steps": True},
        {"planning_interval": 0},
        {"mode": "yaml"},
        {"approval": "sometimes"},
        {"budget": {"dollars": 1}},
        {"budget": {"tokens": 0}},
        {"budget": {"money": "much"}},
        {"answer_schema": "string"},
        {"final_answer_checks": ("x",)},
        {"step_callbacks": (1,)},
    ):
        raises(DeclarationError, lambda given=given: Options(**given))
