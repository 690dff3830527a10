"""The HTTP request of an OpenAPI operation. Portable.

Arguments are the model's. They cannot change host, path or headers: values are percent-encoded (RFC 3986), a
value may not make a segment of the path empty, ``.`` or ``..``, and only the document's headers are sent.
"""

import json
import re

__all__ = ["Unsupported", "check_parameter", "check_template", "origin_of", "quoted", "request_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_STYLES = {"path": ("simple",), "query": ("form", "deepObject"), "header": ("simple",)}
# They steer the connection, or say who asks.
_OWN_HEADERS = (
    "connection", "content-length", "cookie", "expect", "host", "keep-alive", "origin", "proxy-authorization",
    "referer", "te", "trailer", "transfer-encoding", "upgrade",
)  # fmt: skip


class Unsupported(Exception):
    """An operation cannot be called; the message is the reason."""


def check_parameter(parameter: dict[str, "Any"], by_content: bool) -> str:
    """Why a parameter cannot be sent; empty if it can."""
    place = parameter["in"]
    if place not in _STYLES:
        return f"stands in {place!r}; only path, query and header can be sent"
    if by_content:
        return "is encoded by media type (content), which is not supported"
    if parameter["style"] is not None and parameter["style"] not in _STYLES[place]:
        return f"has the style {parameter['style']!r}, which is not supported"
    if place == "header" and (
        not re.match("^[A-Za-z0-9_-]+$", parameter["wire"]) or parameter["wire"].lower() in _OWN_HEADERS
    ):
        return "is a header that no argument may set"
    return ""


def check_template(path: str, names: list[str]) -> None:
    """Raise Unsupported for a path that no request can be made of."""
    if not path.startswith("/") or any(each in path for each in ("?", "#", "\\", "//")):
        raise Unsupported("its path does not begin with one /, or holds more than a path")
    if any(part in (".", "..") for part in path.split("/")):
        raise Unsupported("its path holds a segment that is . or ..")
    for name in _names_in(path):
        if name not in names:
            raise Unsupported(f"its path names {name!r}, which is no parameter of it")


def _names_in(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


def quoted(value: str) -> str:
    """Percent-encode all but the unreserved characters (RFC 3986, 2.3).

    >>> quoted("a/b?c=ü")
    'a%2Fb%3Fc%3D%C3%BC'
    """
    return "".join([chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in value.encode()])


def origin_of(url: str) -> str:
    """Scheme, host and port of an http(s) URL as browsers write an origin (RFC 6454); empty for what is none.

    >>> origin_of("HTTPS://API.example:443/v1"), origin_of("http://[::1]:8000/x"), origin_of("https://a@b/")
    ('https://api.example', 'http://[::1]:8000', '')
    """
    if "\\" in url or any(ord(each) < 33 for each in url):  # which browsers read in ways of their own
        return ""
    found = re.match(r"^([A-Za-z]+)://([^/?#]*)", url)
    scheme = found.group(1).lower() if found else ""
    if scheme not in ("http", "https"):
        return ""
    host = found.group(2).lower()  # type: ignore[union-attr]
    if not re.match(r"^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]+)?$", host):
        return ""
    default = ":443" if scheme == "https" else ":80"
    return f"{scheme}://{host[: -len(default)] if host.endswith(default) else host}"


def request_of(operation: "Any", arguments: dict[str, "Any"], base_url: str) -> dict[str, "Any"]:
    """``{method, url, headers, body}`` of an Operation; ``body`` is JSON text or None.

    ``arguments`` are by their Python names, those that are left out not among them. Raises ValueError for what
    would change the path or break a header.
    """
    query = []
    headers = {"Accept": "application/json"}
    places: dict[str, str] = {}
    for each in operation.parameters:
        if each["name"] not in arguments:
            continue
        value = arguments[each["name"]]
        if each["in"] == "path":
            places[each["wire"]] = ",".join([quoted(part) for part in _flat(value, bool(each["explode"]))])
        elif each["in"] == "header":
            headers[each["wire"]] = _header(each["name"], ",".join(_flat(value, bool(each["explode"]))))
        else:
            query.extend(_query(each, value))
    body = _body(operation, arguments)
    if body is not None:
        headers["Content-Type"] = operation.body["kind"]
    url = base_url.rstrip("/") + _filled(operation.path, places)
    return {
        "method": operation.method,
        "url": f"{url}?{'&'.join(query)}" if query else url,
        "headers": headers,
        "body": body,
    }


def _filled(path: str, places: dict[str, str]) -> str:
    segments = []
    for template in path.split("/"):
        segment = template
        if "{" in template:
            pieces = template.split("{")
            segment = pieces[0]
            for piece in pieces[1:]:
                name, _, rest = piece.partition("}")
                segment += places[name] + rest
            if segment in ("", ".", ".."):
                raise ValueError(f"{segment!r} cannot stand in the path for {template}")
        segments.append(segment)
    return "/".join(segments)


def _text(value: "Any") -> str:
    if isinstance(value, str):
        return value
    if value is True or value is False or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return json.dumps(value)


def _flat(value: "Any", explode: bool) -> list[str]:
    """Style simple: a list by commas, an object as k,v or, exploded, k=v."""
    if isinstance(value, (list, tuple)):
        return [_text(each) for each in value]
    if isinstance(value, dict):
        pairs = [(str(key), _text(value[key])) for key in value]
        return [f"{key}={each}" for key, each in pairs] if explode else [each for pair in pairs for each in pair]
    return [_text(value)]


def _query(parameter: dict[str, "Any"], value: "Any") -> list[str]:
    """Style form, exploded unless it says otherwise, or deepObject."""
    wire = quoted(parameter["wire"])
    if isinstance(value, dict):
        if parameter["style"] == "deepObject":
            return [f"{wire}%5B{quoted(str(key))}%5D={quoted(_text(value[key]))}" for key in value]
        if parameter["explode"] is not False:
            return [f"{quoted(str(key))}={quoted(_text(value[key]))}" for key in value]
    elif isinstance(value, (list, tuple)) and parameter["explode"] is not False:
        return [f"{wire}={quoted(_text(each))}" for each in value]
    return [f"{wire}={','.join([quoted(each) for each in _flat(value, False)])}"]


def _header(name: str, text: str) -> str:
    if any(ord(each) < 32 or ord(each) > 126 for each in text):
        raise ValueError(f"{name} becomes a header, and can hold printable ASCII only")
    return text


def _body(operation: "Any", arguments: dict[str, "Any"]) -> str | None:
    body = operation.body
    if body is None:
        return None
    if body["whole"] is not None:
        return json.dumps(arguments[body["whole"]]) if body["whole"] in arguments else None
    fields = {wire: arguments[name] for name, wire in body["fields"] if name in arguments}
    return json.dumps(fields) if fields or body["required"] else None
