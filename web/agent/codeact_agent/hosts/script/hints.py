"""Type hints of a function as JSON Schemas, and arguments as the objects that the hints ask for, by pydantic."""

from __future__ import annotations

from typing import Any, NotRequired

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError, with_config
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from codeact_agent.errors import DeclarationError

__all__ = ["Hints", "fallback"]


class _Untitled(GenerateJsonSchema):
    """Titles repeat what the keys say."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


class Hints:
    """``schema`` of the arguments object and ``result_schema`` of the value. Raises DeclarationError."""

    def __init__(self, name: str, parameters: dict[str, Any], returns: Any) -> None:
        self._name = name
        for key, hint in parameters.items():
            _schema(hint, f"the tool {name!r}: parameter {key!r}", "validation")
        keys = {key: NotRequired[hint] for key, hint in parameters.items()}
        arguments = with_config(ConfigDict(extra="forbid"))(TypedDict(name, keys))  # type: ignore[operator]
        self._arguments: TypeAdapter[dict[str, Any]] = TypeAdapter(arguments)
        self.schema = self._arguments.json_schema(schema_generator=_Untitled)
        self.schema.setdefault("properties", {})
        self.schema.pop("title", None)
        self.result_schema = _schema(returns, f"the tool {name!r}: its value", "serialization")

    def accept(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments from JSON as what the hints ask for. Raises TypeError."""
        try:
            return self._arguments.validate_python(arguments)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(str(each) for each in first["loc"])
            raise TypeError(f"{self._name}(): {at}: {first['msg']}, but it is {first['input']!r}") from None


def _schema(hint: Any, subject: str, mode: Any) -> dict[str, Any]:
    try:
        return TypeAdapter(hint).json_schema(schema_generator=_Untitled, mode=mode)
    except (PydanticUserError, PydanticInvalidForJsonSchema) as error:
        raise DeclarationError(
            f"{subject} has the hint {getattr(hint, '__name__', hint)}, which JSON cannot carry; take text, "
            f"numbers, lists, dicts, dataclasses or pydantic models ({str(error).splitlines()[0]})"
        ) from None


def fallback(value: Any) -> Any:
    """What pydantic does not know: scalars and arrays of numpy and what behaves like them. Raises TypeError."""
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a value of type {type(value).__name__}")
