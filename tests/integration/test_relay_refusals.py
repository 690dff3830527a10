"""What the relay refuses, what it says of an upstream's failures, and that the key never leaves."""

import socket

import pytest
from codeact_server.settings import Limits, Timeouts
from codeact_web.testing import Reply

CHAT = "/v1/chat/completions"
KEY = "sk-test-0123456789abcdef"
GOOD = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}


def error_of(response):
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    return error


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "JSON object"),
        (b"not json", 400, "JSON object"),
        (b'{"model":"demo"', 400, "JSON object"),
        (b"[]", 400, "JSON object"),
        (b"\xef\xbb\xbf{}", 400, "JSON object"),
        (b'{"model":\xff}', 400, "JSON object"),
        (b"[" * 100_000, 400, "deeper than 64 levels"),
        (b'{"model":"m","messages":[{}],"seed":' + b"9" * 1_000_000 + b"}", 400, "number that is too long"),
        (b'{"messages":[{}]}', 422, "`model` is missing"),
        (b'{"model":"m"}', 422, "`messages` is missing"),
        (b'{"model":3,"messages":[{}]}', 422, "`model` should be a valid string"),
        (b'{"model":"m","messages":"hi"}', 422, "`messages` should be a list"),
        (b'{"model":"m","messages":[]}', 422, "`messages`"),
        (b'{"model":"m","messages":["hi"]}', 422, "`messages.0` should be an object"),
        (b'{"model":"m","messages":[{"role":"user"}],"stream":"yes"}', 422, "`stream` should be a valid boolean"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
def test_a_body_that_is_no_chat_is_refused_here(client, upstream, body, status, says):
    response = client.post(CHAT, content=body)
    assert response.status_code == status
    error = error_of(response)
    assert error["type"] == "invalid_request_error"
    assert says in error["message"]
    assert upstream.requests == []


def chunked(body: bytes):
    yield body[:100]
    yield body[100:]


@pytest.mark.parametrize("framed", [bytes, chunked], ids=["declared", "chunked"])
def test_an_oversized_body_is_refused(start, upstream, framed):
    client = start(upstream.base_url, limits=Limits(body_bytes=200))
    response = client.post(CHAT, content=framed(b" " * 201))
    assert response.status_code == 413
    assert error_of(response)["code"] == "body_too_large"
    assert response.headers["connection"] == "close"
    assert upstream.requests == []
    upstream.reply(Reply(text="ok"))
    assert client.post(CHAT, json=GOOD).status_code == 200


def test_an_oversized_body_is_refused_before_it_is_sent(client):
    head = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10737418240\r\n\r\n"
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=5) as raw:
        raw.sendall(head.encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_sender_that_leaves_in_mid_body_does_no_harm(client, upstream, caplog):
    head = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{{"
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=5) as raw:
        raw.sendall(head.encode())
    assert client.get("/healthz").text == "ok"
    assert not upstream.wait_until(lambda: "Exception in ASGI" in caplog.text, timeout=0.3)


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 503, 529])
def test_an_upstreams_error_passes_with_status_and_body(client, upstream, status):
    body = {"error": {"message": "too warm", "type": "t", "code": "c", "param": "temperature"}}
    upstream.reply(Reply(status=status, body=body))
    response = client.post(CHAT, json={**GOOD, "stream": True})
    assert (response.status_code, response.json()) == (status, body)


def test_retry_after_and_request_id_pass_and_no_other_header(client, upstream):
    sent = {
        "retry-after": "7",
        "x-request-id": "req_1",
        "set-cookie": "a=b",
        "refresh": "0; url=http://evil.example",
        "location": "http://evil.example",
        "access-control-allow-origin": "*",
        "server": "provider",
    }
    upstream.reply(Reply(status=429, headers=sent), Reply(text="ok", headers=sent))
    for status in (429, 200):
        response = client.post(CHAT, json=GOOD)
        assert response.status_code == status
        assert (response.headers["retry-after"], response.headers["x-upstream-request-id"]) == ("7", "req_1")
        for name in ("set-cookie", "refresh", "location", "access-control-allow-origin", "server"):
            assert name not in response.headers


@pytest.mark.parametrize("value", ["<b>", "7" * 200, "a=b; c", "\t7"])
def test_a_passed_header_with_an_odd_value_is_dropped(client, upstream, value):
    upstream.reply(Reply(status=429, headers={"retry-after": "7", "x-request-id": f"r{value}"}))
    response = client.post(CHAT, json=GOOD)
    assert response.headers["retry-after"] == "7"
    assert "x-upstream-request-id" not in response.headers


def test_a_refused_key_is_told_as_the_servers(client, upstream):
    body = {"error": {"message": f"Incorrect API key provided: {KEY[:8]}****cdef"}}
    upstream.reply(Reply(status=401, body=body))
    response = client.post(CHAT, json=GOOD)
    assert (response.status_code, response.headers["x-should-retry"]) == (502, "false")
    assert response.headers["x-codeact-refusal"] == error_of(response)["code"] == "upstream_key_refused"
    assert "refused this server's API key" in error_of(response)["message"]
    assert KEY[:8] not in response.text
    assert "www-authenticate" not in response.headers


def test_a_missing_key_is_told_as_missing(start, upstream):
    upstream.reply(Reply(status=401))
    response = start(upstream.base_url, key=None).post(CHAT, json=GOOD)
    assert "authorization" not in upstream.requests[0].headers
    assert "asks for an API key" in error_of(response)["message"]


@pytest.mark.parametrize("status", [404, 500])
def test_an_html_error_becomes_json(client, upstream, status):
    upstream.reply(Reply(status=status, body="<script>1</script>", headers={"content-type": "text/html"}))
    response = client.post(CHAT, json=GOOD)
    assert response.status_code == status
    assert str(status) in error_of(response)["message"]
    assert "<script>" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_an_error_that_is_no_json_keeps_its_status(client, upstream):
    upstream.reply(Reply(status=422, body='{"error": {"message": "too hot", "at": NaN}}'))
    response = client.post(CHAT, json=GOOD)
    assert (response.status_code, error_of(response)["code"]) == (422, "upstream_refused")


def test_an_html_success_is_not_an_api(client, upstream):
    upstream.reply(Reply(body="<p>welcome</p>", headers={"content-type": "text/html"}))
    response = client.post(CHAT, json=GOOD)
    assert response.status_code == 502
    assert "/v1" in error_of(response)["message"]


def test_a_redirect_is_not_followed(client, upstream):
    upstream.reply(Reply(status=307, headers={"location": upstream.base_url + "/chat/completions"}))
    response = client.post(CHAT, json=GOOD)
    assert response.status_code == 502
    assert error_of(response)["code"] == "upstream_not_an_api"
    assert len(upstream.requests) == 1


def test_an_unreachable_upstream_is_a_502(start):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = start(f"http://127.0.0.1:{port}/v1")
    for response in (client.post(CHAT, json=GOOD), client.get("/v1/models")):
        assert response.status_code == 502
        assert "could not be reached" in error_of(response)["message"]


def test_a_silent_upstream_is_a_504(start, upstream):
    upstream.reply(Reply(hang=True))
    response = start(upstream.base_url, timeouts=Timeouts(first_byte=0.3)).post(CHAT, json=GOOD)
    assert response.status_code == 504
    assert "in time" in error_of(response)["message"]
    assert upstream.wait_until(lambda: upstream.disconnects == 1)


def test_an_endless_plain_answer_is_cut(start, upstream):
    upstream.reply(Reply(body='"' + "x" * 5000 + '"'))
    response = start(upstream.base_url, limits=Limits(answer_bytes=1000)).post(CHAT, json=GOOD)
    assert response.status_code == 502
    assert error_of(response)["code"] == "answer_too_long"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401, body={"error": {"message": f"bad key {KEY}"}}),
        Reply(status=500, body={"error": {"message": f"bad key {KEY}", KEY: 1}}),
        Reply(status=500, body=f'{{"error": {{"message": "{KEY.replace("-", chr(92) + "u002d")}"}}}}'),
        Reply(status=500, body=f"Bearer {KEY}"),
        Reply(body={"choices": [], "echo": f"Bearer {KEY}"}),
        Reply(text="ok", headers={"x-request-id": KEY, "retry-after": KEY}),
        Reply(text="ok", headers={"content-type": KEY}),
        Reply(chunks=[f"data: {KEY[:9]}", KEY[9:], "\n\n"]),
        Reply(chunks=list(f"data: {KEY}{KEY}\n\n")),
        Reply(chunks=[f"data: {KEY}", "x"], drop_after=1),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
def test_the_key_never_comes_back(client, upstream, reply, stream):
    upstream.reply(reply)
    with client.stream("POST", CHAT, json={**GOOD, "stream": stream}) as response:
        headers, body = repr(response.headers.raw), b"".join(response.iter_raw())
    assert KEY in upstream.requests[0].headers["authorization"]
    assert body
    assert KEY not in headers
    assert KEY.encode() not in body
    assert KEY.encode() not in body.replace(b"\\u002d", b"-")


def test_text_that_only_begins_like_the_key_is_kept(client, upstream):
    chunks = ["data: sk-te", "sting sk-test-01234", "\n\n", "s"]
    upstream.reply(Reply(chunks=chunks))
    with client.stream("POST", CHAT, json={**GOOD, "stream": True}) as response:
        assert b"".join(response.iter_raw()) == "".join(chunks).encode()


def test_the_key_in_a_header_of_the_settings_never_comes_back(start, upstream):
    upstream.reply(Reply(body={"echo": "azure-0123456789"}))
    client = start(upstream.base_url, key=None, headers={"api-key": "azure-0123456789"})
    response = client.post(CHAT, json=GOOD)
    assert response.json() == {"echo": "[redacted]"}


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "null", "{own}.evil.example", "https://{host}"]
)
@pytest.mark.parametrize("path", [CHAT, "/v1/models", "/"])
def test_another_origin_is_refused(client, upstream, origin, path):
    own = str(client.base_url).rstrip("/")
    headers = {"origin": origin.format(own=own, host=client.base_url.netloc.decode())}
    response = client.request("POST" if path == CHAT else "GET", path, json=GOOD, headers=headers)
    assert response.status_code == 403
    assert error_of(response)["code"] == "foreign_origin"
    assert "access-control-allow-origin" not in response.headers
    assert upstream.requests + upstream.listings == []


def test_a_preflight_allows_nothing(client):
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    response = client.options(CHAT, headers=asked)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_the_own_origin_is_served(client, upstream):
    upstream.reply(Reply(text="ok"))
    response = client.post(CHAT, json=GOOD, headers={"origin": str(client.base_url).rstrip("/")})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:1234", 200),
        ("127.0.0.1", 200),
        ("evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("127.0.0.1:80/public?x=", 400),
        ("127.0.0.1;script-src", 400),
        ("127.0.0.1:x", 400),
        ("user@127.0.0.1", 400),
        ("", 400),
    ],
)
def test_only_loopback_names_are_answered(client, host, status):
    response = client.get("/v1/models", headers={"host": host})
    assert response.status_code == status
    if status == 400:
        assert error_of(response)["code"] == "unknown_host"
