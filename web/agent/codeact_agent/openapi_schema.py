"""Schema objects of an OpenAPI document as JSON Schemas that stand alone. Portable."""

from codeact_agent.schema import resolve

__all__ = ["plain_schema"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ONE = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_SEVERAL = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "$defs", "definitions")
# Words about a schema that say nothing of a value; ``pattern`` is in another dialect for each language.
_LEFT_OUT = ("discriminator", "xml", "externalDocs", "example", "examples", "pattern", "nullable")


def plain_schema(schema: "Any", root: dict[str, "Any"]) -> dict[str, "Any"]:
    """``schema`` with what it refers to in ``root`` as its own ``$defs``, in the words of JSON Schema 2020-12.

    Raises DeclarationError for a reference that leads nowhere.

    >>> plain_schema({"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True}, {})
    {'type': ['integer', 'null'], 'exclusiveMinimum': 0}
    """
    reader = _Reader(root)
    plain = reader.read(schema)
    plain = dict(plain) if isinstance(plain, dict) else {}
    if reader.definitions:
        plain["$defs"] = reader.definitions
    return plain


class _Reader:
    def __init__(self, root: dict[str, "Any"]) -> None:
        self._root = root
        self._names: dict[str, str] = {}
        self.definitions: dict[str, Any] = {}

    def read(self, schema: "Any") -> "Any":
        if not isinstance(schema, dict):
            return schema if isinstance(schema, bool) else {}
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        plain: dict[str, Any] = {}
        for key in sorted(schema):
            value = schema[key]
            if key in _ONE:
                plain[key] = self.read(value)
            elif key in _SEVERAL and isinstance(value, list):
                plain[key] = [self.read(each) for each in value]
            elif key in _NAMED and isinstance(value, dict):
                plain[key] = {name: self.read(value[name]) for name in value}
            elif key not in _LEFT_OUT and not key.startswith("x-"):
                plain[key] = value
        _of_3_0(plain, bool(schema.get("nullable")))
        return plain

    def _reference(self, reference: str) -> dict[str, "Any"]:
        if reference not in self._names:
            target = resolve({"$ref": reference}, self._root)
            name = str(reference).split("/")[-1] or "root"
            while name in self.definitions:
                name += "_"
            self._names[reference] = name
            self.definitions[name] = {}  # it may refer to itself
            self.definitions[name] = self.read(target)
        return {"$ref": f"#/$defs/{self._names[reference]}"}


def _of_3_0(schema: dict[str, "Any"], nullable: bool) -> None:
    """What OpenAPI 3.0 says in words of its own."""
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        flag = schema.get(exclusive)
        if isinstance(flag, bool):
            del schema[exclusive]
            if flag and limit in schema:
                schema[exclusive] = schema.pop(limit)
    if not nullable:
        return
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = schema["enum"] + [None]
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            schema[key] = schema[key] + [{"type": "null"}]
    if "allOf" in schema and "type" not in schema:
        members = schema.pop("allOf")
        schema["anyOf"] = [{"allOf": members}, {"type": "null"}]
