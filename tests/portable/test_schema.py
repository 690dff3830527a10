"""Annotations to JSON Schema and back. Runs under CPython and MicroPython."""

from codeact_agent.annotations import is_known, schema_of
from codeact_agent.errors import DeclarationError
from codeact_agent.schema import annotation_of, describe_value, resolve
from scripted import raises

INT = {"type": "integer"}
STR = {"type": "string"}
NONE = {"type": "null"}


def test_annotations_become_schemas():
    for annotation, schema in (
        ("", {}),
        ("int", INT),
        ("float", {"type": "number"}),
        ("str", STR),
        ("bool", {"type": "boolean"}),
        ("None", NONE),
        ("Any", {}),
        ("typing.Any", {}),
        ("object", {}),
        ("list", {"type": "array"}),
        ("list[int]", {"type": "array", "items": INT}),
        ("typing.List[int]", {"type": "array", "items": INT}),
        ("set[str]", {"type": "array", "items": STR}),
        ("tuple[int, ...]", {"type": "array", "items": INT}),
        ("tuple[int, str]", {"type": "array", "prefixItems": [INT, STR], "minItems": 2, "maxItems": 2}),
        ("dict", {"type": "object"}),
        ("dict[str, list[int]]", {"type": "object", "additionalProperties": {"type": "array", "items": INT}}),
        ("Optional[int]", {"anyOf": [INT, NONE]}),
        ("int | None", {"anyOf": [INT, NONE]}),
        ("Union[int, str, None]", {"anyOf": [INT, STR, NONE]}),
        ("int | Any", {}),
        ("Literal['a|b, c', \"it's\", -3, None, True]", {"enum": ["a|b, c", "it's", -3, None, True]}),
        ("'list[int]'", {"type": "array", "items": INT}),
        ("Annotated[int, 5]", INT),
        ("pandas.DataFrame", {}),
        ("Callable[[int], str]", {}),
    ):
        assert schema_of(annotation) == schema, annotation


def test_what_is_no_annotation_is_refused():
    for text in ("list[", "list[]", "int |", "| int", "a b", "1", "list[int]]", "'int", "Literal[x y]", "int,"):
        error = raises(DeclarationError, lambda text=text: schema_of(text))
        assert repr(text) in str(error), text


def test_names_the_model_does_not_know_are_told():
    assert is_known("dict[str, Optional[list[int]]]")
    assert is_known("")
    for annotation in ("Point", "list[Point]", "datetime.date | None", "int |"):
        assert not is_known(annotation), annotation


def test_schemas_become_annotations():
    for schema, annotation in (
        ({}, "Any"),
        (True, "Any"),
        (INT, "int"),
        ({"type": ["string", "null"]}, "str | None"),
        ({"type": "string", "nullable": True}, "str | None"),
        ({"anyOf": [NONE, INT, INT]}, "int | None"),
        ({"oneOf": [{"enum": ["a | b", "c"]}, INT]}, "Literal['a | b', 'c'] | int"),
        ({"enum": ["a", None]}, "Literal['a'] | None"),
        ({"enum": [{"a": 1}]}, "Any"),
        ({"const": 3}, "Literal[3]"),
        ({"type": "array"}, "list"),
        ({"items": STR}, "list[str]"),
        ({"type": "array", "prefixItems": [INT, STR]}, "tuple[int, str]"),
        ({"type": "object"}, "dict"),
        ({"properties": {"a": INT}}, "dict"),
        ({"type": "object", "additionalProperties": INT}, "dict[str, int]"),
        ({"type": "object", "additionalProperties": True}, "dict"),
        ({"allOf": [{}, {"$ref": "#/$defs/a"}], "$defs": {"a": INT}}, "int"),
        ({"type": "nonsense"}, "Any"),
    ):
        assert annotation_of(schema) == annotation, schema


def test_a_schema_that_holds_itself_has_an_annotation():
    tree = {"$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "$ref": "#/$defs/tree"}
    assert annotation_of(tree).startswith("list[list[list[")
    node = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    assert describe_value(node).startswith('{"next" (optional): {"next" (optional):')


def test_references():
    root = {"a b": {"c/d": [INT, STR]}}
    assert resolve({"$ref": "#/a%20b/c~1d/1"}, root) == STR
    assert resolve(INT, root) == INT
    for reference, words in (
        ("#/none", "leads nowhere"),
        ("#/a%20b/c~1d/7", "leads nowhere"),
        ("other.json#/a", "leads out of the document"),
        (7, "leads out of the document"),
        ("#/loop", "leads in a circle"),
    ):
        error = raises(
            DeclarationError, lambda r=reference: resolve({"$ref": r}, dict(root, loop={"$ref": "#/loop"}))
        )
        assert words in str(error)


def test_keys_are_described():
    schema = {
        "type": "array",
        "items": {
            "properties": {"id": INT, "tags": {"type": "array", "items": STR, "description": "Of\nit."}},
            "required": ["id"],
        },
    }
    assert describe_value(schema) == 'each {"id": int, "tags" (optional): list[str]: Of it.}'
    assert describe_value({"anyOf": [schema, NONE]}) == describe_value(schema)
    assert describe_value(INT) == ""
    assert describe_value(True) == ""
