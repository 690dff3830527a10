"""OpenAPI documents as tools. Runs under CPython and MicroPython."""

import json

from codeact_agent.errors import DeclarationError
from codeact_agent.openapi import openapi_tools, read_openapi, server_url
from codeact_agent.openapi_request import origin_of, request_of
from codeact_agent.openapi_schema import plain_schema
from codeact_agent.tools import call
from scripted import raises

STR = {"type": "string"}
PET = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": STR,
        "id": {"type": "integer", "readOnly": True},
        "class": {"enum": ["cat", "dog"], "description": "What it is."},
        "parent": {"$ref": "#/components/schemas/Pet"},
    },
}
COOKIE = "stands in 'cookie'; only path, query and header can be sent"
ID = {"name": "pet-id", "in": "path", "required": True, "schema": STR}


def json_body(schema, required=True):
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def gives(schema):
    return {"200": {"description": "", "content": {"application/json; charset=utf-8": {"schema": schema}}}}


DOCUMENT = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://{where}.example/v1/", "variables": {"where": {"default": "api"}}}],
    "components": {
        "schemas": {"Pet": PET},
        "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 10}}},
    },
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "summary": "All pets.",
                "parameters": [
                    {"$ref": "#/components/parameters/Limit"},
                    {"name": "tag", "in": "query", "schema": {"type": "array", "items": STR}},
                    {"name": "X-Trace", "in": "header", "schema": STR},
                    {"name": "session", "in": "cookie", "schema": STR},
                    {"name": "Authorization", "in": "header", "required": True, "schema": STR},
                ],
                "responses": gives({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}),
            },
            "post": {
                "operationId": "list-pets",
                "requestBody": json_body({"$ref": "#/components/schemas/Pet"}),
                "responses": {"201": {"description": ""}},
            },
        },
        "/pets/{pet-id}": {
            "parameters": [ID],
            "get": {"description": "One pet.", "responses": gives({"$ref": "#/components/schemas/Pet"})},
            "put": {"operationId": "import", "requestBody": json_body({"type": "array", "items": STR}, False)},
            "delete": {"requestBody": {"required": True, "content": {"text/xml": {}}}},
            "patch": {"parameters": [{"name": "s", "in": "cookie", "required": True, "schema": STR}]},
        },
        "/broken/{nothing}": {"get": {}},
        "/odd": {"get": {"parameters": [{"$ref": "#/components/parameters/None"}]}},
    },
}


async def sent(request):
    return request


def made():
    tools, left_out = openapi_tools(DOCUMENT, sent)
    return {each.name: each for each in tools}, left_out


async def requested(tool, **arguments):
    outcome = await call(made()[0], tool, arguments)
    assert "value" in outcome, outcome
    return json.loads(outcome["value"])


def test_each_operation_is_a_function():
    tools = made()[0]
    assert sorted(tools) == ["get_pets_by_pet_id", "import_", "listPets", "list_pets"]
    listed = tools["listPets"].spec
    assert listed["source"] == "openapi"
    assert listed["returns"] == "list[dict]"
    assert listed["parameters"] == [
        {"name": "X_Trace", "annotation": "str | None", "default": None},
        {"name": "limit", "annotation": "int", "default": 10},
        {"name": "tag", "annotation": "list[str] | None", "default": None},
    ]
    posted = tools["list_pets"].spec
    assert [(each["name"], each["annotation"]) for each in posted["parameters"]] == [
        ("name", "str"), ("class_", "Literal['cat', 'dog'] | None"), ("parent", "dict | None"),
    ]  # fmt: skip
    assert "    class_: What it is." in posted["description"]
    assert posted["description"].startswith("POST /pets")
    assert tools["get_pets_by_pet_id"].spec["description"].startswith("One pet.\n\nReturns: {")


def test_what_cannot_be_called_is_listed_with_the_reason():
    assert [(each["operation"], each["reason"]) for each in made()[1]] == [
        ("GET /broken/{nothing}", "its path names 'nothing', which is no parameter of it"),
        ("GET /odd", "the reference '#/components/parameters/None' leads nowhere"),
        (
            "GET /pets",
            f"its optional parameter 'session' {COOKIE}",
        ),
        ("DELETE /pets/{pet-id}", "its body is text/xml, not JSON"),
        ("PATCH /pets/{pet-id}", f"its parameter 's' {COOKIE}"),
    ]


async def test_arguments_become_a_request():
    assert await requested("listPets", limit=3, tag=["a b", "ü&c"], X_Trace="7") == {
        "method": "GET",
        "url": "https://api.example/v1/pets?limit=3&tag=a%20b&tag=%C3%BC%26c",
        "headers": {"Accept": "application/json", "X-Trace": "7"},
        "body": None,
    }
    assert (await requested("listPets", tag=None))["url"] == "https://api.example/v1/pets"
    posted = await requested("list_pets", name="Tom", class_="cat", parent=None)
    assert json.loads(posted["body"]) == {"name": "Tom", "class": "cat"}
    assert posted["headers"]["Content-Type"] == "application/json"
    assert (await requested("import_", pet_id="7", body=["x"]))["body"] == '["x"]'
    assert (await requested("import_", pet_id="7"))["body"] is None


async def test_an_argument_cannot_change_host_path_or_headers():
    for value, path in (
        ("a/../b", "a%2F..%2Fb"),
        ("?x=1#y", "%3Fx%3D1%23y"),
        ("\\..\\", "%5C..%5C"),
        ("%2e%2e", "%252e%252e"),
        ("a@evil.example", "a%40evil.example"),
        ("//evil.example", "%2F%2Fevil.example"),
        ("\r\nHost: evil", "%0D%0AHost%3A%20evil"),
        ("...", "..."),
    ):
        request = await requested("get_pets_by_pet_id", pet_id=value)
        assert request["url"] == f"https://api.example/v1/pets/{path}"
    for value in ("", ".", ".."):
        outcome = await call(made()[0], "get_pets_by_pet_id", {"pet_id": value})
        assert outcome["error"]["kind"] == "ValueError"
        assert "cannot stand in the path for {pet-id}" in outcome["error"]["message"]
    for value in ("a\r\nHost: evil", "\u0100", "\x00"):
        outcome = await call(made()[0], "listPets", {"X_Trace": value})
        assert outcome["error"]["message"] == "X_Trace becomes a header, and can hold printable ASCII only"


def one(parameters, path="/x", **item):
    item["parameters"] = parameters
    operations, left_out = read_openapi({"openapi": "3.1.0", "paths": {path: {"post": item}}})
    return operations[0] if operations else left_out[0]["reason"]


def test_headers_that_steer_the_connection_are_refused():
    for name in ("Host", "content-length", "Cookie", "Transfer-Encoding", "a b", "a:b"):
        assert one([{"name": name, "in": "header", "required": True}]).endswith(
            "is a header that no argument may set"
        )


def test_paths_that_hold_more_than_a_path_are_refused():
    for path in ("x", "//evil.example/x", "/x?y=1", "/x/../y", "/x\\y", "/x#y"):
        assert "its path" in one([], path)


def test_parameters_of_each_style():
    def url(value, place="query", **style):
        path = "/{v}" if place == "path" else "/x"
        parameter = {"name": "v", "in": place, "required": True}
        parameter.update(style)
        return request_of(one([parameter], path), {"v": value}, "http://a")["url"][len("http://a") :]

    assert url([1, True]) == "/x?v=1&v=true"
    assert url([1, "a,b"], explode=False) == "/x?v=1,a%2Cb"
    assert url({"a&": 1}) == "/x?a%26=1"
    assert url({"a": 1}, explode=False) == "/x?v=a,1"
    assert url({"a": 1}, style="deepObject") == "/x?v%5Ba%5D=1"
    assert url(1.5) == "/x?v=1.5"
    assert url([1, 2], "path") == "/1,2"
    assert url({"a": 1}, "path") == "/a,1"
    assert url({"a": 1}, "path", explode=True) == "/a%3D1"
    assert "has the style 'matrix'" in one([{"name": "v", "in": "path", "style": "matrix"}], "/{v}")
    assert "is encoded by media type" in one([{"name": "v", "in": "query", "required": True, "content": {}}])
    assert one(["v"]) == "one of its parameters has no name or place"


def test_schemas_of_3_0_become_plain():
    pet = plain_schema({"$ref": "#/components/schemas/Pet"}, DOCUMENT)
    assert pet["$ref"] == "#/$defs/Pet"
    assert pet["$defs"]["Pet"]["properties"]["parent"] == {"$ref": "#/$defs/Pet"}
    assert plain_schema({"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True}, {}) == {
        "type": ["integer", "null"], "exclusiveMinimum": 0,
    }  # fmt: skip
    assert plain_schema({"enum": ["a"], "nullable": True}, {}) == {"enum": ["a", None]}
    assert plain_schema({"allOf": [{"$ref": "#/a"}], "nullable": True}, {"a": STR})["anyOf"][1] == {"type": "null"}
    assert plain_schema({"maximum": 3, "exclusiveMaximum": False, "example": 1, "x-y": 2}, {}) == {"maximum": 3}
    assert plain_schema("nonsense", {}) == {}


def test_a_body_with_a_name_of_a_parameter_gets_a_number():
    operation = one(
        [ID], "/{pet-id}", requestBody=json_body({"properties": {"pet-id": STR}, "required": ["pet-id"]})
    )
    request = request_of(operation, {"pet_id": "1", "pet_id_2": "2"}, "http://a")
    assert request["url"] == "http://a/1"
    assert request["body"] == '{"pet-id": "2"}'


def test_what_is_no_document_of_openapi_3_is_refused():
    for document, words in (
        ([], "an OpenAPI document is a JSON object"),
        ({}, "this document has no version of OpenAPI"),
        ({"swagger": "2.0"}, "this document has Swagger 2.0"),
        ({"openapi": "2.1"}, "this document has 2.1"),
        ({"openapi": "3.1.0"}, "has no paths"),
        ({"openapi": "3.1.0", "paths": {}}, "has no paths"),
    ):
        assert words in str(raises(DeclarationError, lambda document=document: read_openapi(document)))


def test_where_the_operations_are():
    assert server_url(DOCUMENT) == "https://api.example/v1/"
    assert server_url(DOCUMENT, "http://127.0.0.1:8000") == "http://127.0.0.1:8000"
    for document in ({}, {"servers": [{"url": "/v1"}]}, {"servers": [{"url": "https://{a}.b"}]}):
        assert "give base_url" in str(raises(DeclarationError, lambda document=document: server_url(document)))
    for url in ("ftp://a", "https://a?b", "https://a#b", "https://a@b", "https://", "javascript:1"):
        assert "give base_url" in str(raises(DeclarationError, lambda url=url: server_url({}, url)))


def test_origins():
    assert origin_of("https://API.example/v1") == "https://api.example"
    assert origin_of("http://a:80/") == "http://a"
    assert origin_of("http://a:443/") == "http://a:443"
    assert origin_of("https://[::1]:8000") == "https://[::1]:8000"
    for url in ("https://a\\@b", "https://a@b", "//a", "a", "", "https:///x", "data:x"):
        assert origin_of(url) == ""
