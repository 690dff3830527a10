"""The system prompt. Runs under CPython and MicroPython."""

from codeact_agent.prompt import message, render_tools, system_prompt
from scripted import LIMITS, sandbox

SEARCH = {
    "name": "search",
    "description": "Search the web.\n\nGives titles.",
    "parameters": [
        {"name": "query", "annotation": "str"},
        {"name": "count", "annotation": "int", "default": 5},
        {"name": "site", "annotation": "str | None", "default": None},
        {"name": "order", "annotation": "", "default": "new"},
        {"name": "more", "annotation": ""},
    ],
    "returns": "list[str]",
}


def test_a_tool_is_a_signature_with_a_docstring():
    assert render_tools([SEARCH]) == (
        "def search(query: str, count: int = 5, site: str | None = None, order='new', more) -> list[str]:\n"
        '    """Search the web.\n'
        "    \n"
        '    Gives titles."""\n'
        "\n"
        "def final_answer(answer) -> None:\n"
        '    """End the task with this answer."""'
    )


def test_a_tool_that_takes_and_says_nothing():
    tool = {"name": "ping", "description": "Ping.", "parameters": [], "returns": ""}
    assert render_tools([tool]).startswith('def ping():\n    """Ping."""\n')


def test_final_answer_is_there_without_tools():
    assert render_tools([]) == 'def final_answer(answer) -> None:\n    """End the task with this answer."""'


def test_every_limit_is_told():
    """But those that code cannot meet, unless it attacks its worker."""
    told = {
        name: LIMITS[name] for name in LIMITS if name not in ("messages_per_s", "spare_workers", "approve_from")
    }
    for position, name in enumerate(told):
        value = 7_001_000 + 1000 * position
        text = system_prompt([], sandbox(**{name: value}))
        assert (
            str(value) in text or f"{value // 1000} seconds" in text or f"within {value // 1000} more" in text
        ), name


def test_the_version_of_python_is_told():
    assert "CPython 3.99" in system_prompt([], sandbox(python="3.99"))


def test_packages_are_told():
    assert "sympy, yaml" in system_prompt([], sandbox(modules=["sympy", "yaml"]))
    assert "nothing can be installed" in system_prompt([], sandbox())


def test_a_limit_below_a_second_is_not_told_as_none():
    assert "may run 0.5 seconds" in system_prompt([], sandbox(time_ms=500))
    assert "may run 1.5 seconds" in system_prompt([], sandbox(time_ms=1500))


def test_no_placeholder_is_left():
    assert "{" not in system_prompt([], sandbox(modules=["sympy"]))


def test_tools_and_instructions_are_in_it():
    text = system_prompt([SEARCH], sandbox(), "Speak French.")
    assert "def search(query: str" in text
    assert text.endswith("Speak French.")
    assert "Speak French." not in system_prompt([SEARCH], sandbox())


def test_braces_in_what_is_filled_in_stay():
    tool = {"name": "f", "description": "Fills {python} and {seconds} and {instructions}.", "parameters": [],
            "returns": ""}  # fmt: skip
    text = system_prompt([tool], sandbox(), "Write {tools} as it is.")
    assert "Fills {python} and {seconds} and {instructions}." in text
    assert text.endswith("Write {tools} as it is.")


def test_where_python_cannot_block_tools_must_be_awaited():
    text = system_prompt([SEARCH], sandbox(can_block=False))
    assert "must be awaited: `value = await name(...)`" in text
    assert "\nasync def search(query: str" in text
    assert "\ndef final_answer(answer)" in text
    for blocking in (system_prompt([SEARCH], sandbox()), system_prompt([], sandbox(can_block=False))):
        assert "must be awaited" not in blocking
        assert "async def" not in blocking


def test_the_other_messages_say_what_to_do():
    assert "<code>" in message("no_code")
    assert "<code>" in message("empty")
    assert "final_answer(value)" in message("forced")
    assert "plain words" in message("forced")
