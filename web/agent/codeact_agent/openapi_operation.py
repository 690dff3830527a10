"""One operation of an OpenAPI document: what it takes, where that goes, and what it gives. Portable."""

from codeact_agent.openapi_request import Unsupported, check_parameter, check_template
from codeact_agent.openapi_schema import plain_schema
from codeact_agent.schema import ordered_keys, resolve
from codeact_agent.tool_names import python_name

__all__ = ["Operation", "Unsupported"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Set by whoever sends, or by the operator; the specification says that a parameter of this name is ignored.
_IGNORED_HEADERS = ("accept", "content-type", "authorization")
_COMBINED = ("allOf", "anyOf", "oneOf", "additionalProperties")


class Operation:
    """What a request is made of (openapi_request.py).

    ``method``, ``path``, ``description``, ``wanted_name``; ``parameters``: ``[{name, wire, in, style, explode,
    required, schema, description}]``, ``name`` being Python's and ``wire`` the document's; ``body``: ``{kind,
    required, whole: name or None, fields: [(name, wire)]}`` or None; ``schema`` of the arguments object,
    ``result_schema`` of the value; ``left_out``: reasons why a part of it cannot be given.
    """

    def __init__(
        self, method: str, path: str, item: dict[str, "Any"], shared: "Any", root: dict[str, "Any"]
    ) -> None:
        """``shared`` are the parameters of all operations of ``path``. Raises Unsupported, DeclarationError."""
        if not isinstance(item, dict):
            raise Unsupported("it is no object")
        self.method = method.upper()
        self.path = path
        self.left_out: list[str] = []
        self._root = root
        self._taken: list[str] = []
        self._required: list[str] = []
        self._properties: dict[str, Any] = {}
        self._definitions: dict[str, Any] = {}
        self.parameters = self._parameters(_overridden(item, shared, root))
        check_template(path, [each["wire"] for each in self.parameters if each["in"] == "path"])
        self.body = self._body(resolve(item.get("requestBody"), root))
        words = [str(item.get(key) or "").strip() for key in ("summary", "description")]
        self.description = "\n\n".join([each for each in words if each]) or f"{self.method} {path}"
        self.wanted_name = item.get("operationId") or method + " " + path.replace("{", "by ")
        self.result_schema = self._result(item.get("responses") or {})
        self.schema: dict[str, Any] = {"type": "object", "properties": self._properties}
        self.schema["required"] = self._required
        if self._definitions:
            self.schema["$defs"] = self._definitions

    def _parameters(self, given: list["Any"]) -> list["Any"]:
        found = []
        for each in given:
            wire = each["name"]
            if each["in"] == "header" and wire.lower() in _IGNORED_HEADERS:
                continue
            described = {
                "wire": wire, "in": each["in"], "required": bool(each.get("required")) or each["in"] == "path",
                "style": each.get("style"), "explode": each.get("explode"),
            }  # fmt: skip
            reason = check_parameter(described, "content" in each)
            if reason and described["required"]:
                raise Unsupported(f"its parameter {wire!r} {reason}")
            if reason:
                self.left_out.append(f"its optional parameter {wire!r} {reason}")
                continue
            schema = plain_schema(each.get("schema", {}), self._root)
            if each.get("description"):
                schema["description"] = each["description"]
            described["name"] = self._argument(wire, schema, bool(described["required"]))
            found.append(described)
        return found

    def _argument(self, wire: str, schema: dict[str, "Any"], required: bool) -> str:
        name = python_name(wire, self._taken, "parameter", False)
        self._taken.append(name)
        self._definitions.update(schema.pop("$defs", {}))
        self._properties[name] = schema
        if required:
            self._required.append(name)
        return name

    def _body(self, body: "Any") -> dict[str, "Any"] | None:
        if not isinstance(body, dict):
            return None
        content = body.get("content") or {}
        required = bool(body.get("required"))
        kind = _json_kind(content)
        if kind is None:
            reason = f"its body is {' or '.join(sorted(content)) or 'of no kind'}, not JSON"
            if required:
                raise Unsupported(reason)
            self.left_out.append(reason)
            return None
        schema = plain_schema((content[kind] or {}).get("schema", {}), self._root)
        inner = resolve(schema, schema)
        made: dict[str, Any] = {"kind": kind, "required": required, "whole": None, "fields": []}
        if _is_plain_object(inner):
            self._definitions.update(schema.get("$defs", {}))
            for wire in ordered_keys(inner):
                field = inner["properties"][wire]
                if not (isinstance(field, dict) and field.get("readOnly")):
                    needed = required and wire in (inner.get("required") or [])
                    field = dict(field) if isinstance(field, dict) else {}
                    made["fields"].append((self._argument(wire, field, needed), wire))
        else:
            made["whole"] = self._argument("body", schema, required)
        return made

    def _result(self, responses: dict[str, "Any"]) -> dict[str, "Any"]:
        """That of the first status of success whose body is JSON."""
        for status in sorted([str(each) for each in responses]):
            response = resolve(responses.get(status), self._root)
            content = response.get("content") if isinstance(response, dict) else None
            kind = _json_kind(content or {})
            if status.startswith("2") and kind is not None:
                return plain_schema((content[kind] or {}).get("schema", {}), self._root)  # type: ignore[index]
        return {}


def _overridden(item: dict[str, "Any"], shared: "Any", root: dict[str, "Any"]) -> list["Any"]:
    """An operation's own parameter takes the place of the path's of the same name and place."""
    keys: list[Any] = []
    found: dict[Any, Any] = {}
    for each in list(shared or []) + list(item.get("parameters") or []):
        each = resolve(each, root)
        if not isinstance(each, dict) or not isinstance(each.get("name"), str) or "in" not in each:
            raise Unsupported("one of its parameters has no name or place")
        key = (each["in"], each["name"])
        if key not in keys:
            keys.append(key)
        found[key] = each
    return [found[key] for key in keys]


def _is_plain_object(schema: "Any") -> bool:
    """Whether its keys are all there is to it, so that each can be an argument."""
    if not isinstance(schema, dict) or any(schema.get(key) for key in _COMBINED):
        return False
    return bool(schema.get("properties")) and schema.get("type", "object") == "object"


def _json_kind(content: dict[str, "Any"]) -> str | None:
    for kind in sorted(content):
        plain = kind.split(";")[0].strip().lower()
        if plain == "application/json" or plain.endswith("+json"):
            return kind
    return None
