"""Annotations as source text, such as ``list[int] | None``, to JSON Schema 2020-12. Portable.

The way back is in schema.py.
"""

from codeact_agent.errors import DeclarationError

__all__ = ["is_known", "schema_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLAIN = {
    "int": "integer", "float": "number", "str": "string", "bool": "boolean", "None": "null", "bytes": "string",
    "list": "array", "tuple": "array", "set": "array", "dict": "object",
}  # fmt: skip
_GENERIC = {
    "List": "list", "Sequence": "list", "Iterable": "list", "Collection": "list", "Tuple": "tuple", "Set": "set",
    "frozenset": "set", "FrozenSet": "set", "Dict": "dict", "Mapping": "dict",
}  # fmt: skip
_ANYTHING = ("Any", "object")


def schema_of(annotation: str) -> dict[str, "Any"]:
    """The JSON Schema of an annotation. A name it does not know accepts anything.

    Raises DeclarationError for text that is no annotation.

    >>> schema_of("dict[str, list[int]] | None")["anyOf"][1]
    {'type': 'null'}
    >>> schema_of("Literal['a', 'b']")
    {'enum': ['a', 'b']}
    """
    if not annotation:
        return {}
    reader = _Reader(annotation)
    schema = reader.union()
    reader.expect("")
    return schema


def is_known(annotation: str) -> bool:
    """Whether every name in an annotation is one that the model's code has too.

    >>> [is_known(each) for each in ("list[int | None]", "Point", "pd.DataFrame | None")]
    [True, False, False]
    """
    if not annotation:
        return True
    try:
        reader = _Reader(annotation)
        reader.union()
        reader.expect("")
    except DeclarationError:
        return False
    return not reader.unknown


class _Reader:
    """Recursive descent over the tokens of one annotation."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self.unknown: list[str] = []

    def expect(self, token: str) -> None:
        if self._peek() != token:
            raise _unreadable(self._text)
        self._at += 1

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def union(self) -> dict[str, "Any"]:
        members = [self._member()]
        while self._peek() == "|":
            self._at += 1
            members.append(self._member())
        return _any_of(members)

    def _member(self) -> dict[str, "Any"]:
        token = self._take()
        if token[:1] in ("'", '"') and len(token) > 1:
            return schema_of(token[1:-1])
        name = token.split(".")[-1]
        if not _is_name(token.replace(".", "_")):
            raise _unreadable(self._text)
        if self._peek() != "[":
            return self._plain(name)
        self._at += 1
        if name == "Literal":
            return {"enum": self._values()}
        return self._generic(name)

    def _plain(self, name: str) -> dict[str, "Any"]:
        if name in _ANYTHING:
            return {}
        name = _GENERIC.get(name, name)
        if name not in _PLAIN:
            self.unknown.append(name)
            return {}
        return {"type": _PLAIN[name]}

    def _generic(self, name: str) -> dict[str, "Any"]:
        """After the opening bracket."""
        name = _GENERIC.get(name, name)
        arguments: list[Any] = []
        while self._peek() != "]":
            arguments.append(self._argument())
            if self._peek() != "]":
                self.expect(",")
        self._at += 1
        if not arguments:
            raise _unreadable(self._text)
        if name == "Optional":
            return _any_of([arguments[0], {"type": "null"}])
        if name == "Union":
            return _any_of(arguments)
        if name == "Annotated":
            return arguments[0]  # type: ignore[no-any-return]
        if name == "tuple":
            return _tuple(arguments)
        if name in ("list", "set"):
            return {"type": "array", "items": arguments[0]}
        if name == "dict":
            return {"type": "object", "additionalProperties": arguments[-1]}
        self.unknown.append(name)
        return {}

    def _argument(self) -> "Any":
        """A type; ``...`` as itself; what only Annotated and Callable hold is passed over as anything."""
        if self._peek() == "...":
            return self._take()
        if self._peek()[:1].isdigit() or self._peek()[:1] == "-":
            self._at += 1
            return {}
        if self._peek() == "[":
            self._at += 1
            self._generic("list")
            return {}
        return self.union()

    def _values(self) -> list["Any"]:
        values: list[Any] = []
        while self._peek() != "]":
            values.append(_value(self._take(), self._text))
            if self._peek() != "]":
                self.expect(",")
        self._at += 1
        return values


def _unreadable(text: str) -> DeclarationError:
    return DeclarationError(f"{text!r} is not a type hint that can be read")


def _tuple(arguments: list["Any"]) -> dict[str, "Any"]:
    if len(arguments) == 2 and arguments[1] == "...":
        return {"type": "array", "items": arguments[0]}
    return {"type": "array", "prefixItems": arguments, "minItems": len(arguments), "maxItems": len(arguments)}


def _any_of(members: list["Any"]) -> dict[str, "Any"]:
    if {} in members:
        return {}
    return members[0] if len(members) == 1 else {"anyOf": members}


def _is_name(text: str) -> bool:
    return bool(text) and not text[0].isdigit() and all(_in_name(each) for each in text)


def _in_name(character: str) -> bool:
    return character.isalpha() or character.isdigit() or character == "_" or ord(character) > 127


def _value(token: str, text: str) -> "Any":
    """What stands in ``Literal[…]``."""
    constants = {"True": True, "False": False, "None": None}
    if token in constants:
        return constants[token]
    if token[:1] in ("'", '"') and len(token) > 1:
        return token[1:-1].replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")
    try:
        return int(token)
    except ValueError:
        raise DeclarationError(f"{text!r}: {token!r} cannot stand in Literal") from None


def _tokens(text: str) -> list[str]:
    tokens = []
    at = 0
    while at < len(text):
        start = at
        character = text[at]
        if character in "'\"":
            at = _end_of_string(text, at)
        elif _in_name(character) or character == "-":
            while at < len(text) and (_in_name(text[at]) or text[at] in ".-"):
                at += 1
        elif text[at : at + 3] == "...":
            at += 3
        else:
            at += 1
        if text[start:at].strip():
            tokens.append(text[start:at])
    return tokens


def _end_of_string(text: str, start: int) -> int:
    at = start + 1
    while at < len(text) and text[at] != text[start]:
        at += 2 if text[at] == "\\" else 1
    if at >= len(text):
        raise _unreadable(text)
    return at + 1
