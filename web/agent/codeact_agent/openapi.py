"""An OpenAPI document (3.0, 3.1) as tools: each operation a function. Portable.

OpenAPI Specification 3.1.1, https://spec.openapis.org/oas/v3.1.1. How a request is made of arguments is in
openapi_request.py; what sends it is the host's.
"""

from codeact_agent.errors import DeclarationError
from codeact_agent.foreign import Signature
from codeact_agent.openapi_operation import Operation, Unsupported
from codeact_agent.openapi_request import origin_of, request_of
from codeact_agent.schema import annotation_of, resolve
from codeact_agent.tool_names import python_name
from codeact_agent.tools import Tool

__all__ = ["openapi_tools", "read_openapi", "server_url"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


def read_openapi(document: "Any") -> tuple[list[Operation], list["Any"]]:
    """The operations of a document, and ``[{operation, reason}]`` of what of it cannot be called.

    Raises DeclarationError for what is no OpenAPI 3 document.
    """
    if not isinstance(document, dict):
        raise DeclarationError("an OpenAPI document is a JSON object")
    version = str(document.get("openapi", ""))
    if not version.startswith("3."):
        given = f"Swagger {document['swagger']}" if "swagger" in document else "no version of OpenAPI"
        raise DeclarationError(f"only OpenAPI 3 is read; this document has {version or given}")
    paths = document.get("paths")
    if not isinstance(paths, dict) or not paths:
        raise DeclarationError("the OpenAPI document has no paths, hence no operations")
    operations = []
    left_out: list[Any] = []
    for path in sorted(paths):
        item = resolve(paths[path], document)
        for method in [each for each in _METHODS if isinstance(item, dict) and each in item]:
            label = f"{method.upper()} {path}"
            try:
                operation = Operation(method, path, item[method], item.get("parameters"), document)
            except (Unsupported, DeclarationError) as error:
                left_out.append({"operation": label, "reason": str(error)})
            else:
                operations.append(operation)
                left_out.extend([{"operation": label, "reason": each} for each in operation.left_out])
    return operations, left_out


def server_url(document: dict[str, "Any"], base_url: str | None = None) -> str:
    """Where the operations are: ``base_url``, or the first server that the document names.

    Raises DeclarationError where that is no http(s) URL.
    """
    if base_url is None:
        servers = document.get("servers") or [{}]
        base_url = str(servers[0].get("url", ""))
        for name, variable in (servers[0].get("variables") or {}).items():
            base_url = base_url.replace("{" + name + "}", str(variable.get("default", "")))
    if not origin_of(base_url) or "?" in base_url or "#" in base_url or "{" in base_url:
        raise DeclarationError(f"{base_url!r} is not where an API can be: give base_url, such as https://host/v1")
    return base_url


def openapi_tools(
    document: dict[str, "Any"],
    send: "Callable[..., Any]",
    base_url: str | None = None,
    taken: "Any" = (),
    **options: "Any",
) -> tuple[list[Tool], list["Any"]]:
    """Tools of a document, and ``[{operation, reason}]`` of what of it cannot be called.

    ``await send(request)`` sends ``{method, url, headers, body}`` (body: JSON text or None) and gives the value,
    or raises. ``taken`` are the names that other tools have. ``options`` are Tool's: approval, rate, timeout.
    Raises DeclarationError.
    """
    operations, left_out = read_openapi(document)
    base_url = server_url(document, base_url)
    names = list(taken)
    tools = []
    for operation in operations:
        names.append(python_name(operation.wanted_name, names))
        tools.append(_tool(operation, names[-1], send, base_url, options))
    return tools, left_out


def _tool(
    operation: Operation, name: str, send: "Callable[..., Any]", base_url: str, options: dict[str, "Any"]
) -> Tool:
    signature = Signature(operation.schema, {})

    async def function(**arguments: "Any") -> "Any":
        return await send(request_of(operation, signature.given(arguments), base_url))

    return Tool(
        function,
        name,
        signature.parameters,
        annotation_of(operation.result_schema),
        signature.docstring(operation.description, operation.result_schema),
        schema=signature.schema,
        result_schema=operation.result_schema,
        source="openapi",
        **options,
    )
