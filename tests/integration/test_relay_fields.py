"""Which requests the relay passes on, what of them, and what is said of the others."""

import base64
import json
from contextlib import ExitStack

import httpx
import pytest
from codeact_server.request_settings import RequestSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply
from integration.conftest import build_site

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
USER = [{"role": "user", "content": "hi"}]
PIXEL = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


def asking(**fields):
    return {"model": "demo", "messages": USER, **fields}


def part(**fields):
    return asking(messages=[{"role": "user", "content": [{"type": "text", "text": "see"}, fields]}])


def image(url):
    return part(type="image_url", image_url={"url": url})


@pytest.fixture(scope="module")
def post(tmp_path_factory, shared_upstream):
    """Post to a server with other caps, of an upstream that answers everything: ``post(body, path, **caps)``."""
    site = build_site(tmp_path_factory.mktemp("fields") / "site")
    clients = {}
    with ExitStack() as stack:

        def client(caps):
            key = json.dumps(caps, sort_keys=True)
            if key not in clients:
                to = [
                    Upstream(name=dialect, base_url=shared_upstream.base_url, dialect=dialect, models=("demo",))
                    for dialect in ("openai", "anthropic")
                ]
                settings = Settings(site=site, upstream=to, requests=RequestSettings(**caps))
                address = stack.enter_context(running_server(settings))
                clients[key] = stack.enter_context(httpx.Client(base_url=address, timeout=10, trust_env=False))
            return clients[key]

        def send(body, path=CHAT, **caps):
            shared_upstream.reset()
            shared_upstream.reply(Reply(body={"ok": True}))
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            response = client(caps).post(path, content=content)
            return response, [request.json for request in shared_upstream.requests]

        yield send


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "http://127.0.0.1:9/v1"),
        ("api_base", "http://127.0.0.1:9/v1"),
        ("provider", {"url": "http://127.0.0.1:9"}),
        ("extra_body", {"api_base": "http://127.0.0.1:9"}),
        ("extra_headers", {"authorization": "x"}),
        ("user_config", {"model_list": []}),
        ("webhook", "http://127.0.0.1:9"),
        ("best_of", 99),
        ("store", True),
        ("service_tier", "priority"),
        ("web_search_options", {}),
        ("modalities", ["audio"]),
        ("mcp_servers", []),
        ("__proto__", {}),
        ("", 1),
    ],
)
def test_an_unknown_field_is_refused_by_its_name(post, name, value):
    response, reached = post(asking(**{name: value}))
    assert (response.status_code, reached) == (422, [])
    assert response.json()["error"] == {
        "message": f"This server does not pass the field `{name}` on.",
        "type": "invalid_request_error",
        "code": "unknown_field",
    }


def test_a_fields_name_goes_back_short_and_plain(post):
    response, _ = post(asking(**{"\x1b[31m`<b>\n" + "x" * 500: 1}))
    message = response.json()["error"]["message"]
    assert len(message) < 150
    assert "\x1b" not in message and "\n" not in message


def test_unknown_fields_can_be_dropped_and_others_let_through(post):
    body = asking(base_url="http://127.0.0.1:9", min_p=0.1, top_k=[1])
    response, reached = post(body, unknown_fields="drop", more_fields=["min_p", "top_k"])
    assert response.status_code == 200
    assert reached == [asking(min_p=0.1, top_k=[1])]


EVERYTHING = asking(
    messages=[
        {"role": "system", "content": "s"},
        {"role": "developer", "content": [{"type": "text", "text": "d"}]},
        {
            "role": "user",
            "content": [{"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}],
            "name": "u",
        },
        {
            "role": "assistant",
            "content": None,
            "refusal": None,
            "reasoning_content": "hm",
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                    "extra_content": {"google": {"thought_signature": "s"}},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "t"},
    ],
    stream=False,
    stream_options=None,
    max_tokens=5,
    max_completion_tokens=6,
    n=1,
    temperature=0.1,
    top_p=1,
    frequency_penalty=0,
    presence_penalty=-1.5,
    logit_bias={"1": -100},
    logprobs=True,
    top_logprobs=3,
    stop=["\n"],
    seed=-(2**63),
    response_format={
        "type": "json_schema",
        "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True},
    },
    tools=[{"type": "function", "function": {"name": "f", "parameters": {"properties": {"x": {"default": 1}}}}}],
    tool_choice={"type": "function", "function": {"name": "f"}},
    parallel_tool_calls=False,
    prediction={"type": "content", "content": "x"},
    reasoning_effort="low",
    verbosity="low",
    metadata={"callback": "http://127.0.0.1:9"},
    user="u",
    safety_identifier="s",
    prompt_cache_key="k",
)


def test_every_known_field_passes_as_it_is(post):
    response, reached = post(EVERYTHING)
    assert response.status_code == 200, response.text
    assert reached == [EVERYTHING]


def test_within_messages_and_tools_what_is_not_known_is_left_out(post):
    sent = asking(
        messages=[{**USER[0], "annotations": [], "audio": None, "provider_specific_fields": {"api_base": "x"}}],
        tools=[{"type": "function", "function": {"name": "f", "url": "http://127.0.0.1:9"}, "server_url": "x"}],
    )
    _, reached = post(sent)
    assert reached == [asking(tools=[{"type": "function", "function": {"name": "f"}}])]


def test_the_body_is_written_anew(post):
    body = (
        b'{"messages":[{"role":"user","content":"\\u00e9 <"}],"model":"other","temperature":0.10,"model":"demo" }'
    )
    response, _ = post(body)
    assert response.status_code == 200
    _, reached = post(body)
    assert reached == [{"model": "demo", "messages": [{"role": "user", "content": "é <"}], "temperature": 0.1}]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        (asking(n=2), "too_many_choices", "`n` is more than 1"),
        (asking(messages=USER * 2001), "too_many_messages", "has 2001 messages; 2000 are allowed"),
        (asking(tools=[{}] * 65), "too_many_tools", "65 tools"),
        (asking(functions=[{}] * 65), "too_many_functions", "65 functions"),
        (part(type="image_url", image_url={"url": PIXEL}), None, None),
        (asking(messages=[image(PIXEL)["messages"][0]] * 9), "too_many_images", "9 images; 8 are allowed"),
        (image("https://example.com/a.png"), None, None),
        (
            image("http://example.com/a.png"),
            "invalid_body",
            "`messages.0.content.1.image_url.url` must be a data:",
        ),
        (image("https://127.0.0.1/a.png"), "invalid_body", "must be a data:"),
        (image("https://169.254.169.254/latest"), "invalid_body", "must be a data:"),
        (image("https://[::1]/"), "invalid_body", "must be a data:"),
        (image("https://0x7f.1/"), "invalid_body", "must be a data:"),
        (image("https://localhost/"), "invalid_body", "must be a data:"),
        (image("https://metadata.google.internal/"), "invalid_body", "must be a data:"),
        (image("https://user@10.0.0.1:443/"), "invalid_body", "must be a data:"),
        (image("https://"), "invalid_body", "must be a data:"),
        (image("file:///etc/passwd"), "invalid_body", "must be a data:"),
        (image("data:text/html,x"), "invalid_body", "must be a data:"),
        (part(type="input_audio", input_audio={"data": "", "format": "wav"}), "invalid_body", "`input_audio`"),
        (part(type="file", file={"file_data": "x"}), "invalid_body", "`file`"),
        (part(type="file", file={"file_id": "file-of-somebody"}), "invalid_body", "file_data` is missing"),
        (part(type="video_url", video_url={"url": "x"}), "invalid_body", "is none of"),
        (part(text="x"), "invalid_body", "`messages.0.content.1` has no `type`"),
        (
            asking(messages=[{"role": "root", "content": "x"}]),
            "invalid_body",
            "`messages.0.role` should be 'system'",
        ),
        (asking(messages=[{"role": "function", "content": "x"}]), "invalid_body", "messages.0.role"),
        (asking(messages=[{"content": "x"}]), "invalid_body", "`messages.0.role` is missing"),
        (
            asking(messages=[{"role": "user", "content": 7}]),
            "invalid_body",
            "`messages.0.content` should be a valid",
        ),
        (
            asking(tools=[{"type": "mcp", "server_url": "x"}]),
            "invalid_body",
            "`tools.0` has a `type` that is none",
        ),
        (asking(response_format={"type": "x"}), "invalid_body", "`response_format.type` should be"),
        (asking(seed=2**63), "invalid_body", "`seed` should be less"),
        (asking(max_tokens=-1), "invalid_body", "`max_tokens` should be greater"),
        (asking(model="m" * 257), "invalid_body", "`model`"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_caps_and_shapes(post, body, code, says):
    response, reached = post(body)
    if code is None:
        assert (response.status_code, reached) == (200, [body])
        return
    assert (response.status_code, reached) == (422, [])
    error = response.json()["error"]
    assert error["code"] == code
    assert says in error["message"]
    assert error["message"].endswith(".")


@pytest.mark.parametrize(
    ("said", "caps", "reached"),
    [
        ({"max_tokens": 10**9}, {}, {"max_tokens": 32768}),
        ({"max_completion_tokens": 10**9, "max_tokens": 7}, {}, {"max_completion_tokens": 32768, "max_tokens": 7}),
        ({}, {}, {}),
        ({}, {"max_tokens": 100}, {"max_completion_tokens": 100}),
        ({"max_tokens": None}, {"max_tokens": 100}, {"max_tokens": None, "max_completion_tokens": 100}),
        ({"max_tokens": 7}, {"max_tokens": 100}, {"max_tokens": 7}),
        ({}, {"max_tokens": 100, "tokens_field": "max_tokens"}, {"max_tokens": 100}),
    ],
)
def test_tokens_are_cut_down_to_the_ceiling(post, said, caps, reached):
    _, found = post(asking(**said), **caps)
    assert found == [asking(**reached)]


def test_what_the_settings_allow_passes(post):
    audio = part(type="input_audio", input_audio={"data": "", "format": "wav"})
    file = part(type="file", file={"file_data": "x", "filename": "a.pdf"})
    for body in (audio, file, asking(n=3)):
        response, reached = post(body, audio=True, files=True, n=3)
        assert (response.status_code, reached) == (200, [body]), response.text
    response, _ = post(image("https://example.com/a.png"), image_urls=False)
    assert "as data only" in response.json()["error"]["message"]
    assert post(image(PIXEL), image_urls=False)[0].status_code == 200
    assert post(image(PIXEL), images=0)[0].status_code == 422


def test_embeddings_are_off_unless_asked_for(post):
    body = {"model": "demo", "input": ["a", "b"], "dimensions": 2}
    response, _ = post(body, "/v1/embeddings")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_path")
    response, reached = post(body, "/v1/embeddings", embeddings=True)
    assert (response.status_code, reached) == (200, [body])
    response, _ = post({**body, "input": ["x"] * 2049}, "/v1/embeddings", embeddings=True)
    assert response.json()["error"]["code"] == "too_many_inputs"
    response, _ = post({**body, "input": {}}, "/v1/embeddings", embeddings=True)
    assert response.status_code == 422


BLOCKS = [
    {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}},
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "eA=="}},
    {"type": "thinking", "thinking": "hm", "signature": "s"},
    {"type": "tool_use", "id": "1", "name": "f", "input": {"a": [1]}},
    {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "r"}], "is_error": False},
]


def test_a_request_of_anthropics_passes_as_it_is(post):
    body = {
        "model": "demo",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "s"}],
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": BLOCKS}],
        "stop_sequences": ["x"],
        "stream": False,
        "temperature": 1,
        "top_k": 5,
        "top_p": 0.5,
        "tools": [{"name": "f", "input_schema": {"type": "object"}}, {"name": "bash", "type": "bash_20250124"}],
        "tool_choice": {"type": "auto"},
        "thinking": {"type": "enabled", "budget_tokens": 50},
        "metadata": {"user_id": "u"},
    }
    response, reached = post(body, MESSAGES)
    assert response.status_code == 200, response.text
    assert reached == [body]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"container": "c"}, "`container`"),
        ({"mcp_servers": [{"url": "http://127.0.0.1:9"}]}, "`mcp_servers`"),
        ({"service_tier": "auto"}, "`service_tier`"),
        ({"workspace_id": "w"}, "`workspace_id`"),
        ({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}]}, "tools on that the provider runs"),
        ({"tools": [{}] * 65}, "65 tools"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "`messages.0.role`"),
        ({"messages": [{"role": "user"}]}, "`messages.0.content` is missing"),
        ({"block": {"type": "image", "source": {"type": "file", "file_id": "f"}}}, "is none of"),
        ({"block": {"type": "image", "source": {"type": "url", "url": "https://10.0.0.1/a"}}}, "must be a data:"),
        ({"block": {"type": "container_upload", "file_id": "f"}}, "is none of"),
        ({"block": {"type": "server_tool_use", "id": "1"}}, "`server_tool_use` block"),
        ({"block": {"type": "document", "source": {"type": "text", "media_type": "t", "data": ""}}}, "`document`"),
    ],
)
def test_a_request_of_anthropics_that_is_refused_is_told_in_its_shape(post, fields, says):
    block = fields.pop("block", None)
    if block:
        fields["messages"] = [{"role": "user", "content": [block]}]
    response, reached = post(asking(max_tokens=5, **fields), MESSAGES)
    assert (response.status_code, reached) == (422, [])
    answer = response.json()
    assert set(answer) == {"type", "error"}
    assert (answer["type"], answer["error"]["type"]) == ("error", "invalid_request_error")
    assert says in answer["error"]["message"]


def test_anthropics_tokens_have_a_ceiling_too(post):
    assert post(asking(max_tokens=10**6), MESSAGES)[1][0]["max_tokens"] == 32768
    assert post(asking(), MESSAGES, max_tokens=50)[1][0]["max_tokens"] == 50


def test_hosted_tools_pass_where_they_are_allowed(post):
    search = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
    block = {"type": "server_tool_use", "id": "1", "name": "web_search", "input": {"query": "q"}}
    body = asking(max_tokens=5, tools=[search], messages=[{"role": "assistant", "content": [block]}])
    assert post(body, MESSAGES, hosted_tools=True)[1] == [body]


@pytest.mark.parametrize("model", ["openai/http://127.0.0.1:9/x", "../../v1/files?x=#", "DEMO", "demo ", "\u0000"])
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_model_that_is_not_here_is_refused_here(post, model, path):
    response, reached = post(asking(model=model, max_tokens=5), path)
    assert (response.status_code, reached) == (404, [])
    assert "no model" in response.json()["error"]["message"]
