"""What the model is told after a step. Runs under CPython and MicroPython."""

from codeact_agent.observation import observe
from scripted import answered, printed, result


def test_output_without_its_last_newline():
    assert observe(printed("a\nb\n")) == "Output:\na\nb"


def test_every_part_in_its_order():
    whole = result(
        stdout="out\n",
        stderr="err\n",
        results=[{"text/plain": "42", "text/html": "<b>42</b>"}],
        error={"name": "KeyError", "value": "'k'", "traceback": "Traceback…\nKeyError: 'k'"},
        variables=[{"name": "x", "type": "int", "repr": "42"}],
    )
    assert observe({"result": whole}) == (
        "Output:\nout\nPrinted to stderr:\nerr\nValue of the last expression:\n42\n"
        "Error:\nTraceback…\nKeyError: 'k'\nVariables: x: int"
    )


def test_functions_and_classes_are_told_by_their_repr():
    variables = [
        {"name": "f", "type": "function", "repr": "f(…)"},
        {"name": "C", "type": "type", "repr": "class C"},
        {"name": "rows", "type": "list[3]", "repr": "[1, 2, 3]"},
    ]
    assert observe({"result": result(variables=variables)}) == (
        "The code ran without output.\nVariables: f(…), class C, rows: list[3]"
    )


def test_nothing_at_all():
    assert observe({"result": result()}) == "The code ran without output."


def test_blank_output_is_no_output():
    assert observe(printed(" \n\n")) == "The code ran without output."


def test_an_empty_value_leaves_no_title():
    assert observe({"result": result(results=[{"text/plain": ""}])}) == "The code ran without output."


def test_a_final_answer_hides_the_rest():
    outcome = answered(4, "4")
    outcome["result"]["stdout"] = "noise"
    assert observe(outcome) == "The final answer was given."


def test_no_timings_are_told():
    one, two = result(stdout="x", duration_ms=1.0), result(stdout="x", duration_ms=99.0, memory_mb=9.0)
    assert observe({"result": one}) == observe({"result": two})


def test_a_lost_interpreter_says_what_is_gone():
    said = observe({"error": {"kind": "killed", "message": "The code ran too long."}})
    assert said.startswith("Error:\nThe code ran too long.\n")
    assert "All variables are gone" in said


def test_edited_code_is_shown():
    edited = {"decision": "edit", "reason": "", "code": "x = 2\nprint(x)"}
    shown = "The person edited the code before it ran. What ran:\nx = 2\nprint(x)\n"
    assert observe({"result": result(stdout="2\n", approval=edited)}) == shown + "Output:\n2"
    assert observe({"result": result(approval=edited)}) == shown + "The code ran without output."


def test_approved_code_is_not_shown_again():
    assert (
        observe({"result": result(stdout="2\n", approval={"decision": "approve", "reason": ""})}) == "Output:\n2"
    )
