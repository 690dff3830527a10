"""Which part of a reply is the action. Runs under CPython and MicroPython."""

from codeact_agent.parsing import parse


def test_code_tags():
    parsed = parse("I add.\n<code>\nx = 1\nx + 1\n</code>")
    assert parsed.thought == "I add."
    assert parsed.code == "x = 1\nx + 1"
    assert parsed.kept == "I add.\n<code>\nx = 1\nx + 1\n</code>"


def test_execute_tags():
    parsed = parse("I add.\n<execute>1 + 1</execute>")
    assert (parsed.thought, parsed.code) == ("I add.", "1 + 1")


def test_fences_of_each_name_of_python():
    for language in ("python", "py", "python3", "Python", " python "):
        parsed = parse(f"I add.\n```{language}\n1 + 1\n```\nDone.")
        assert (parsed.thought, parsed.code) == ("I add.", "1 + 1"), language
        assert parsed.kept.endswith("1 + 1\n```"), language


def test_tags_in_any_case():
    for opening, closing in (("<CODE>", "</CODE>"), ("<Code>", "</code>"), ("<EXECUTE>", "</Execute>")):
        assert parse(f"Now\n{opening}\n1 + 1\n{closing}").code == "1 + 1", opening


def test_letters_that_grow_when_lowered_do_not_shift_the_code():
    parsed = parse("\u0130stanbul, \u0130zmir:\n<code>\nx = '\u0130'\n</code> and more")
    assert parsed.thought == "\u0130stanbul, \u0130zmir:"
    assert parsed.code == "x = '\u0130'"
    assert parsed.kept.endswith("</code>")


def test_a_missing_closing_tag_ends_with_the_reply():
    for opening in ("<code>", "<execute>"):
        parsed = parse(f"Now\n{opening}\nx = 1\nx + 1\n")
        assert (parsed.thought, parsed.code) == ("Now", "x = 1\nx + 1"), opening


def test_a_closing_tag_cut_off_anywhere_is_not_code():
    for closing in ("</code>", "</execute>"):
        opening = closing.replace("/", "")
        for length in range(1, len(closing)):
            parsed = parse(f"{opening}\nx + 1\n{closing[:length]}")
            assert parsed.code == "x + 1", closing[:length]


def test_a_comparison_at_the_end_is_only_cut_where_it_could_be_a_tag():
    assert parse("<code>\nx < y").code == "x < y"
    assert parse("<code>\nx </ y").code == "x </ y"


def test_the_first_of_several_blocks_is_the_action():
    parsed = parse("One.\n<code>\n1\n</code>\nObservation: made up\n<code>\n2\n</code>")
    assert parsed.code == "1"
    assert parsed.kept == "One.\n<code>\n1\n</code>"


def test_the_first_block_wins_whatever_its_delimiter():
    blocks = ("<code>\n{}\n</code>", "<execute>\n{}\n</execute>", "```python\n{}\n```")
    for first in blocks:
        for second in blocks:
            reply = first.replace("{}", "first()") + "\nthen\n" + second.replace("{}", "second()")
            assert parse(reply).code == "first()", reply


def test_a_fence_inside_tags_is_not_code():
    fence = "```python\nx = 1\nx\n```"
    for inner in (fence, f"\n{fence}\n", fence.replace("python", ""), fence.replace("python", "py"), fence[:-4]):
        assert parse(f"<code>{inner}</code>").code == "x = 1\nx", inner


def test_fences_of_other_languages_are_not_code():
    for language in ("", "json", "bash", "text", "pythonic"):
        parsed = parse(f"Look:\n```{language}\n1 + 1\n```")
        assert parsed.code == "", language
        assert parsed.thought == parsed.kept == f"Look:\n```{language}\n1 + 1\n```", language


def test_python_after_a_fence_of_another_language():
    assert parse('```json\n{"a": 1}\n```\nso\n```python\n1 + 1\n```').code == "1 + 1"


def test_a_fence_within_a_line_is_words():
    assert parse("Use ```python 1 + 1 ``` for that.").code == ""


def test_an_unclosed_fence_ends_with_the_reply():
    assert parse("Now\n```python\nx = 1\nx").code == "x = 1\nx"
    assert parse("Now\n```python").code == ""


def test_no_code():
    parsed = parse("  The answer is 4. \n")
    assert (parsed.thought, parsed.code, parsed.kept) == ("The answer is 4.", "", "The answer is 4.")


def test_an_empty_reply():
    for reply in ("", " \n\t\n"):
        parsed = parse(reply)
        assert (parsed.thought, parsed.code, parsed.kept) == ("", "", ""), repr(reply)


def test_empty_tags_hold_no_code():
    for reply in ("<code></code>", "<code>\n \n</code>", "<code>```python\n```</code>", "<code>"):
        assert parse(reply).code == "", reply


def test_indentation_within_code_is_kept():
    reply = "<code>\nfor x in y:\n    if x:\n        print(x)\n</code>"
    assert parse(reply).code == "for x in y:\n    if x:\n        print(x)"


def test_code_indented_as_a_whole_keeps_its_shape():
    assert parse("1. Do\n   ```python\n   if x:\n       y\n   ```").code == "   if x:\n       y"
    assert parse("<code>\n   x + 1\n</code>").code == "x + 1"


def test_blank_lines_at_the_edges_go_and_those_within_stay():
    assert parse("<code>\n\n\nx = 1\n\n\nx\n\n</code>").code == "x = 1\n\n\nx"


def test_windows_newlines():
    for reply in ("Now\r\n<code>\r\nx = 1\r\nx\r\n</code>\r\n", "Now\r\n```python\r\nx = 1\r\nx\r\n```\r\n"):
        parsed = parse(reply)
        assert parsed.thought == "Now"
        assert parsed.code.replace("\r\n", "\n") == "x = 1\nx", repr(parsed.code)
