"""Exports of a trace. Runs under CPython and MicroPython; tests/unit/test_trace_reruns.py runs what is written."""

import json

from codeact_agent.trace_code import as_text, literal, tool_call
from codeact_agent.trace_export import FORMS, export
from codeact_agent.trace_markdown import fenced, quoted
from scripted import raises, result
from traced import RUN, agent_events, called, out, recorded, run_of, step


def test_each_form_is_text():
    document = recorded(RUN)
    for form in FORMS:
        text = export(document, form)
        assert "How many?" in text, form
        assert "count" in text, form
    assert json.loads(export(document, "json")) == document
    raises(KeyError, lambda: export(document, "exe"))


def test_an_empty_trace_can_be_exported():
    for form in FORMS:
        assert export(recorded([]), form)


def test_literals_are_values_again():
    value = {"a": [1, -1.5, None, True, False, [], {}], 'q"\\': "x\ny\t\r\0\x1b é 😀 \\n", "": 2**70}
    assert eval(literal(value)) == value


def test_code_as_text_is_the_code_again():
    code = 'x = "a\\n"\ny = """two\nlines"""\nz = \'"\'"""q"""'
    heard = []
    exec(as_text(code), {"run_step": heard.append})
    assert heard == ["\n" + code + "\n"]


def test_names_never_become_code():
    assert tool_call("count", {"what": "a"}) == 'count(what="a")'
    assert tool_call("count", {"not a name": 1}) == 'count(**{"not a name": 1})'
    for name in ("x; import os", "lambda", "", "a\nb", "1a", "é"):
        assert tool_call(name, {}).startswith("# ")
        assert "\n" not in tool_call(name, {})


def test_a_fence_is_longer_than_what_is_in_it():
    assert fenced("a") == "```\na\n```"
    assert fenced("```\nb\n`````") == "``````\n```\nb\n`````\n``````"
    assert fenced("  \n") == ""
    assert "characters are left out here" in fenced("x" * 10000)


def test_a_quotation_holds_what_it_leaves_open():
    assert quoted("a\n```\nb\r# c") == "> a\n> ```\n> b\n> # c"
    assert quoted("1 < 2 <script>x</script>") == "> 1 < 2 &lt;script>x&lt;/script>"


def test_markdown_tells_all_of_a_step():
    text = export(recorded(RUN), "md")
    for part in (
        "# How many?", "Plan:\n\n> Count.", "> I count.", "```python\nprint(count('a'))\n```",
        'count(what="a")\n# gave 2', "```stdout\n2\n3\n```", "```stderr\nhm\n```",
        "![What was shown](data:image/png;base64,aGk=)", "## Answer\n\n```\n3\n```", "20 + 6 tokens", "cost 0.5",
    ):  # fmt: skip
        assert part in text, part
    assert text.index("```stdout") < text.index("![What") < text.index("```stderr")


def test_markdown_nests_sub_agents_and_tells_of_errors():
    error = {"name": "ValueError", "value": "no", "traceback": "Traceback\nValueError: no"}
    inner = step(1, "1 / 0", "Inside.", result(error=error))
    events = run_of(*agent_events("helper", 1, inner))
    text = export(recorded(events), "md")
    assert "What `helper` did:\n\n### Step 1\n\n> Inside." in text
    assert "```error\nTraceback\nValueError: no\n```" in text
    assert "End of `helper`." in text


def test_a_notebook_has_a_cell_with_outputs_for_each_step():
    cells = json.loads(export(recorded(RUN), "ipynb"))["cells"]
    assert [cell["id"] for cell in cells] == [
        "task", "tools", "step-1", "step-1-code", "step-2", "step-2-code", "answer",
    ]  # fmt: skip
    outputs = cells[3]["outputs"]
    assert [each["output_type"] for each in outputs] == ["stream", "display_data", "stream", "execute_result"]
    assert outputs[1]["data"]["image/png"] == "aGk="
    assert cells[3]["source"] == "print(count('a'))"


def test_denied_code_is_told_and_not_run():
    events = run_of(
        {"type": "code_parsed", "thought": "", "code": "rm()"},
        {"type": "approval_asked", "approval_id": 1, "card": {"kind": "code", "code": "rm()"}},
        {"type": "approval_given", "approval_id": 1, "decision": "deny", "reason": "no!", "code": None},
        out("x"),
    )
    document = recorded(events)
    cells = json.loads(export(document, "ipynb"))["cells"]
    assert [cell["id"] for cell in cells if cell["cell_type"] == "code"] == ["tools"]
    assert "# The person denied this code:\n# rm()" in export(document, "py")
    assert "> no!" in export(document, "md")


def test_steps_of_tool_calls_are_written_as_calls():
    first = step(1, "", "I call.", middle=called(1, "count", {"what": "b"}, value=4), reply="I call.")
    second = step(2, "", "", reply="")
    document = recorded(run_of(*(first + second)))
    script = export(document, "py")
    assert 'count(what="b")' in script
    assert script.rstrip().endswith("final_answer(3)")
