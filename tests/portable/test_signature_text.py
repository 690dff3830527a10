"""Signatures read from the text of a script. Runs under CPython and MicroPython."""

from codeact_agent.errors import DeclarationError
from codeact_agent.signature_text import functions_named, without_indent
from scripted import raises

SHOP = '''
# def price(wrong): in a comment
NOTE = """
def price(wrong: str) -> None: in a string
"""
ODD = 'it\\'s "def price("'

@tool
async def price(
    item: str,  # what it is, (or: its number)
    *,
    sizes: dict[str, list[int]] = {"a, b": [1, -2]},
    colour: "Literal['red', 'blue']" = 'red',
    most: float | None = None,
    progress=None,
    whole: bool = True, rate: float = 1.5e3,
) -> list[
    dict[str, float]
]:
    # before the docstring
    r"""What an item costs.

        Raises KeyError: for none, say \\o.
    """
    def inner(): return "def price("
    return 1

def prices(items: list) -> None: "All of them."
class Shop:
    def hours(self, day: int) -> str:
        return "def nothing()"
'''


def price():
    (found,) = functions_named(SHOP, "price")
    return found


def test_a_signature_is_read():
    assert [(each["name"], each["annotation"]) for each in price()["parameters"]] == [
        ("item", "str"),
        ("sizes", "dict[str, list[int]]"),
        ("colour", "\"Literal['red', 'blue']\""),
        ("most", "float | None"),
        ("whole", "bool"),
        ("rate", "float"),
    ]
    assert price()["returns"] == "list[ dict[str, float] ]"
    assert price()["progress"]


def test_defaults_are_values():
    defaults = {each["name"]: each.get("default", "none") for each in price()["parameters"]}
    assert defaults == {
        "item": "none",
        "sizes": {"a, b": [1, -2]},
        "colour": "red",
        "most": None,
        "whole": True,
        "rate": 1500.0,
    }


def test_a_docstring_is_read():
    assert price()["description"] == "What an item costs.\n\nRaises KeyError: for none, say \\o."
    assert functions_named(SHOP, "prices")[0]["description"] == "All of them."
    assert functions_named("def f(a: int) -> int:\n    return a", "f")[0]["description"] == ""
    assert functions_named("def f() -> int: 'a\\tb'", "f")[0]["description"] == "a\tb"
    assert functions_named("def f() -> int:\r\n    u'a'\r\n", "f")[0]["description"] == "a"
    assert without_indent("One\n      two\n\n        three\n    ") == "One\ntwo\n\n  three"


def test_only_that_name_is_found_and_each_time():
    assert functions_named(SHOP, "inne") == []
    assert functions_named(SHOP, "nothing") == []
    twice = "def f() -> int: 'one'\ndef  f () -> str: 'two'\nundef f() -> None: 'no'\n"
    assert [each["returns"] for each in functions_named(twice, "f")] == ["int", "str"]


def test_what_is_no_tool_is_refused():
    for text, words in (
        ("def f(a) -> int: 'x'", "parameter 'a' needs a type hint"),
        ("def f(a=1) -> int: 'x'", "parameter 'a' needs a type hint"),
        ("def f(a: int): 'x'", "needs a type hint for what it returns"),
        ("def f(*a: int) -> int: 'x'", "parameter *a cannot be passed by name"),
        ("def f(**a: int) -> int: 'x'", "parameter **a cannot be passed by name"),
        ("def f(a: int, /) -> int: 'x'", "parameter / cannot be passed by name"),
        ("def f(a: int = MOST) -> int: 'x'", "the default of 'a' is read from the script"),
        ("def f(a: list = open('x')) -> int: 'x'", "it must be written out, not \"open('x')\""),
        ("def f(a: int", "its signature cannot be read"),
    ):
        error = raises(DeclarationError, lambda text=text: functions_named(text, "f"))
        assert "the tool 'f'" in str(error), text
        assert words in str(error), str(error)
