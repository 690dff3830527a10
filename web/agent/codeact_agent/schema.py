"""A JSON Schema told as a Python annotation, so that the model sees ordinary functions. Portable.

Reads JSON Schema 2020-12 and the schema objects of OpenAPI 3.0 (``nullable``). The way back is annotations.py.
"""

from codeact_agent.errors import DeclarationError

__all__ = ["annotation_of", "describe_value", "ordered_keys", "resolve"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMES = {
    "integer": "int", "number": "float", "string": "str", "boolean": "bool", "null": "None",
    "array": "list", "object": "dict",
}  # fmt: skip
_DEEPEST = 20  # a schema that refers to itself has no end


def resolve(schema: "Any", root: dict[str, "Any"]) -> "Any":
    """``schema``, or what its ``$ref`` names within ``root`` (a JSON Pointer, RFC 6901).

    Raises DeclarationError for a reference that leads nowhere, out of the document, or in a circle.
    """
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        reference = schema["$ref"]
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise DeclarationError(f"the reference {reference!r} leads out of the document")
        schema = _follow(reference, root)
    raise DeclarationError(f"the reference {reference!r} leads in a circle")


def _follow(reference: str, root: "Any") -> "Any":
    found = root
    for part in reference.split("/")[1:]:
        part = _unquoted(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        elif isinstance(found, dict) and part in found:
            found = found[part]
        else:
            raise DeclarationError(f"the reference {reference!r} leads nowhere")
    return found


def _unquoted(text: str) -> str:
    pieces = text.split("%")
    out = pieces[0].encode()
    for piece in pieces[1:]:
        try:
            out += bytes([int(piece[:2], 16)]) + piece[2:].encode()
        except ValueError:
            return text
    return out.decode()


def annotation_of(schema: "Any", root: dict[str, "Any"] | None = None, depth: int = 0) -> str:
    """A Python annotation for a JSON Schema; references are looked up in ``root``.

    >>> annotation_of({"type": ["array", "null"], "items": {"enum": ["up", "down"]}})
    "list[Literal['up', 'down']] | None"
    >>> annotation_of({"type": "object", "additionalProperties": {"type": "integer"}})
    'dict[str, int]'
    """
    names = _names(schema, (schema if root is None else root) or {}, depth)
    return "Any" if "Any" in names or not names else " | ".join(names)


def _names(schema: "Any", root: dict[str, "Any"], depth: int) -> list[str]:
    """The members of the union."""
    if depth > _DEEPEST or not isinstance(schema, dict):
        return ["Any"]
    schema = resolve(schema, root)
    if not isinstance(schema, dict):
        return ["Any"]
    names = _alternatives(schema, root, depth + 1)
    if schema.get("nullable"):
        names.append("None")
    return _once(names)


def _alternatives(schema: dict[str, "Any"], root: dict[str, "Any"], depth: int) -> list[str]:
    if "const" in schema or "enum" in schema:
        return _literal([schema["const"]] if "const" in schema else schema["enum"])
    if isinstance(schema.get("allOf"), list) and "type" not in schema:
        known = [names for names in [_names(each, root, depth) for each in schema["allOf"]] if names != ["Any"]]
        return list(known[0]) if known else ["Any"]
    members = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(members, list):
        return [name for each in members for name in _names(each, root, depth)]
    types = schema.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else "")
    return [_typed(each, schema, root, depth) for each in (types if isinstance(types, list) else [types])]


def _typed(kind: str, schema: dict[str, "Any"], root: dict[str, "Any"], depth: int) -> str:
    if kind == "array":
        return _array(schema, root, depth)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        values = annotation_of(schema["additionalProperties"], root, depth)
        return "dict" if values == "Any" else f"dict[str, {values}]"
    return _NAMES.get(kind, "Any")


def _array(schema: dict[str, "Any"], root: dict[str, "Any"], depth: int) -> str:
    if "prefixItems" in schema:
        return f"tuple[{', '.join([annotation_of(each, root, depth) for each in schema['prefixItems']])}]"
    items = annotation_of(schema.get("items", {}), root, depth)
    return "list" if items == "Any" else f"list[{items}]"


def _literal(values: "Any") -> list[str]:
    if not isinstance(values, list) or not all(value is None or isinstance(value, (str, int)) for value in values):
        return ["Any"]
    written = [repr(value) for value in values if value is not None]
    names = [f"Literal[{', '.join(written)}]"] if written else []
    if len(written) < len(values):
        names.append("None")
    return names


def _once(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        if name not in found:
            found.append(name)
    if "None" in found:
        found.remove("None")
        found.append("None")
    return found


def describe_value(schema: "Any", root: dict[str, "Any"] | None = None, depth: int = 0) -> str:
    """The keys of an object in words, for a docstring; empty where the annotation says it all.

    >>> describe_value({"type": "object", "required": ["x"], "properties": {"x": {"type": "number"},
    ...     "label": {"type": "string", "description": "Shown beside it."}}})
    '{"x": float, "label" (optional): str: Shown beside it.}'
    """
    root = schema if root is None else root
    schema = resolve(schema, root or {}) if isinstance(schema, dict) else {}
    if depth > 3 or not isinstance(schema, dict):
        return ""
    for key in ("anyOf", "oneOf", "allOf"):
        described = [describe_value(each, root, depth + 1) for each in schema.get(key) or []]
        described = [each for each in described if each]
        if described:
            return " or ".join(described)
    if isinstance(schema.get("items"), dict):
        inner = describe_value(schema["items"], root, depth + 1)
        return f"each {inner}" if inner else ""
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        return ""
    required = schema.get("required") or []
    keys = [_described_key(key, properties[key], key in required, root, depth) for key in ordered_keys(schema)]
    return "{" + ", ".join(keys) + "}"


def ordered_keys(schema: dict[str, "Any"]) -> list[str]:
    """The keys of an object: required ones first, in their order; the others sorted, as dicts of MicroPython
    have no order."""
    properties = schema.get("properties") or {}
    required = [key for key in schema.get("required") or [] if key in properties]
    return required + sorted([key for key in properties if key not in required])


def _described_key(key: str, schema: "Any", required: bool, root: "Any", depth: int) -> str:
    text = f'"{key}"' + ("" if required else " (optional)")
    inner = describe_value(schema, root, depth + 1)
    text += f": {inner or annotation_of(schema, root)}"
    description = schema.get("description") if isinstance(schema, dict) else None
    return f"{text}: {' '.join(description.split())}" if description else text
