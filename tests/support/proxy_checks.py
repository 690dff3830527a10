"""What a row's ``must`` means for the relay: one function for each phrase of the closed vocabulary."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.attacked_page import slack
from support.proxy_attack import ProxyAttack
from support.proxy_client import Answer
from support.stub_upstream import Asked

__all__ = ["CHECKS", "ProxyAftermath", "check"]

ROLES = {"system", "developer", "user", "assistant", "tool"}
FIELDS = {"model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens", "seed", "stop"}
FIELDS |= {"tools", "tool_choice", "parallel_tool_calls", "n", "response_format", "max_completion_tokens"}
FIELDS |= {
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
    "user",
    "logprobs",
    "top_logprobs",
    "logit_bias",
}
# What our client library says by itself, and the settings.
HEADERS = {"host", "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type"}
HEADERS |= {"user-agent", "transfer-encoding", "x-api-key", "anthropic-version"}
MOST_TOKENS = 8192
MOST_MEMORY_KB = 40_000
IN_TIME = 1.0


@dataclass
class ProxyAftermath:
    """What was seen of one attack. ``slowest`` is the longest a normal request took meanwhile, in seconds.

    ``asked`` is what the upstream was asked by the attack, ``names`` what the placeholders stand for.
    """

    attack: ProxyAttack
    answers: list[Answer]
    asked: list[Asked]
    canary: list[bytes]
    log: str
    grown_kb: int
    slowest: float
    key: str
    names: dict[str, str]
    left_at: float
    others: dict[str, int]

    @property
    def statuses(self) -> set[int | None]:
        return {answer.status for answer in self.answers}

    @property
    def texts(self) -> list[str]:
        """Everything that came back and was written down."""
        return [answer.raw.decode("latin-1") for answer in self.answers] + [self.log]

    @property
    def is_refused(self) -> bool:
        return all(status is not None and 400 <= status < 500 for status in self.statuses)


def check(seen: ProxyAftermath) -> None:
    """All that the row demands, and what every attack must leave alone."""
    for phrase in ("evil canary gets no connection", NO_KEY, MEANWHILE, *seen.attack.must):
        CHECKS[phrase](seen)


def status(*allowed: int, closed: bool = False) -> Callable[[ProxyAftermath], None]:
    def check_status(seen: ProxyAftermath) -> None:
        assert seen.answers
        assert seen.statuses <= set(allowed), [answer.raw[:300] for answer in seen.answers]
        if closed:
            assert all(answer.closed for answer in seen.answers)

    return check_status


def short_error(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.status is not None
        assert 400 <= answer.status < 500, answer.raw[:300]
        assert_error(answer)


def assert_error(answer: Answer) -> None:
    """A body in OpenAI's or Anthropic's shape, of a sentence or two."""
    assert len(answer.body) < 1000
    body = json.loads(answer.body)
    assert isinstance(body["error"]["message"], str)
    assert "Traceback" not in answer.body.decode()


def no_key(seen: ProxyAftermath) -> None:
    core = seen.names["__KEY__"]
    for text in seen.texts:
        assert seen.key not in text
        assert core not in text.replace("\\u002d", "-").replace("\r\n", "")
    assert seen.names["__TOKEN__"] not in seen.log


def nothing_asked(seen: ProxyAftermath) -> None:
    assert seen.asked == []


def only_allowlisted(seen: ProxyAftermath) -> None:
    for asked in seen.asked:
        assert (asked.method, asked.target) in {
            ("POST", "/v1/chat/completions"),
            ("POST", "/v1/messages"),
            ("GET", "/v1/models"),
        }
        sent = {name.lower(): value for name, value in asked.headers}
        assert set(sent) <= HEADERS, set(sent) - HEADERS
        assert sent["host"] == seen.names["__UPSTREAM__"]
        assert seen.names["__TOKEN__"] not in str(asked.headers)
        assert asked.fields.get("model") in (None, "demo")


def unknown_dropped(seen: ProxyAftermath) -> None:
    assert seen.is_refused or seen.asked
    for asked in seen.asked:
        assert set(asked.fields) <= FIELDS, set(asked.fields) - FIELDS
        assert seen.names["__EVILPORT__"] not in asked.body.decode("utf-8", "replace")


def clamped(seen: ProxyAftermath) -> None:
    assert seen.is_refused or seen.asked
    for asked in seen.asked:
        assert asked.fields.get("max_tokens", 0) <= MOST_TOKENS, asked.fields
        assert asked.fields.get("max_completion_tokens", 0) <= MOST_TOKENS, asked.fields
        assert asked.fields.get("n", 1) == 1
        assert "best_of" not in asked.fields


def redirect_not_followed(seen: ProxyAftermath) -> None:
    assert seen.statuses == {502}
    assert len(seen.asked) == 1


def no_cors(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.header("access-control-allow-origin") is None
        assert answer.header("access-control-allow-credentials") is None


def no_private_network(seen: ProxyAftermath) -> None:
    assert all(answer.header("access-control-allow-private-network") is None for answer in seen.answers)


def one_request(seen: ProxyAftermath) -> None:
    """Whether the server took one thing for two: in answers, at the upstream, and in its log."""
    assert all(answer.count <= 1 for answer in seen.answers)
    assert len(seen.asked) <= len(seen.answers)
    assert seen.log.count('"event": "request"') + seen.log.count('"event": "refused"') <= len(seen.answers)


def closes(seen: ProxyAftermath) -> None:
    assert all(answer.closed for answer in seen.answers)


def safe_parse(seen: ProxyAftermath) -> None:
    status(200, 400)(seen)
    one_request(seen)


def refused_by_library(seen: ProxyAftermath) -> None:
    """A header with a line break in it: written on a socket as it is, the second line is a header of its own."""
    import httpx

    try:
        url = f"http://{seen.names['__HOSTPORT__']}"
        httpx.get(url, headers={"authorization": "a\r\nX-Injected: 1"}, trust_env=False)
        raise AssertionError("the library sent it")
    except httpx.LocalProtocolError:
        pass


def nothing_injected(seen: ProxyAftermath) -> None:
    only_allowlisted(seen)
    assert "x-injected" not in str([asked.headers for asked in seen.asked]).lower()


def too_large_unread(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.status == 413, answer.raw[:200]
        assert answer.closed
        assert answer.sent < 64 * 1024 * 1024
    assert seen.asked == []


def memory_flat(seen: ProxyAftermath) -> None:
    closes(seen)
    assert seen.grown_kb < MOST_MEMORY_KB, f"{seen.grown_kb} KB more"


def meanwhile(seen: ProxyAftermath) -> None:
    assert seen.slowest < IN_TIME * slack(), f"a normal request took {seen.slowest:.2f} s"


def roles_refused(seen: ProxyAftermath) -> None:
    for asked in seen.asked:
        assert {message["role"] for message in asked.fields["messages"]} <= ROLES
    if not {message.get("role") for message in seen.attack.request["body"]["messages"]} <= ROLES:
        assert seen.is_refused
        assert seen.asked == []


def timed_out(seen: ProxyAftermath) -> None:
    """408, and the connection ended well before the client would have."""
    for answer in seen.answers:
        assert answer.closed
        assert answer.status == 408, answer.raw[:200]
        assert answer.seconds < 8


def cut_off(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.closed, f"still open after {answer.seconds:.1f} s"
        assert answer.seconds < 10


def cancelled(seen: ProxyAftermath) -> None:
    assert seen.asked
    assert all(asked.left is not None for asked in seen.asked)


def cancelled_soon(seen: ProxyAftermath) -> None:
    cancelled(seen)
    assert all((asked.left or 0) - seen.left_at < 2 for asked in seen.asked)


def gateway_timeout(seen: ProxyAftermath) -> None:
    status(504)(seen)
    assert all(2 < answer.seconds < 8 for answer in seen.answers)
    cancelled(seen)


def cut_at_cap(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.closed
        assert len(answer.raw) < 8 * 1024 * 1024
    cancelled(seen)


def bounded_concurrency(seen: ProxyAftermath) -> None:
    assert seen.statuses == {200, 429}, seen.statuses
    for answer in seen.answers:
        if answer.status == 429:
            assert int(answer.header("retry-after") or "") >= 1
            assert_error(answer)


def limited(seen: ProxyAftermath) -> None:
    assert 429 in seen.statuses


def range_bounded(seen: ProxyAftermath) -> None:
    assert seen.statuses <= {200, 206, 400, 416, 431}
    assert all(answer.seconds < IN_TIME * slack() for answer in seen.answers)


def json_not_html(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert (answer.header("content-type") or "").startswith("application/json")
        assert answer.header("x-content-type-options") == "nosniff"
        assert_error(answer)
        assert b"<script" not in answer.body


def frame_policy(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert "sandbox allow-scripts" in (answer.header("content-security-policy") or "")
        assert answer.header("connection-allowlist") == "()"


def error_rewritten(seen: ProxyAftermath) -> None:
    for answer in seen.answers:
        assert answer.status is not None
        assert answer.status >= 400
        assert_error(answer)
        assert b"Incorrect API key" not in answer.body


def broken_off(seen: ProxyAftermath) -> None:
    """A 502, or a stream that ends with an event which says so."""
    for answer in seen.answers:
        if answer.status == 200:
            last = [part for part in answer.body.split(b"\n\n") if part][-1]
            assert "error" in json.loads(last.rpartition(b"data: ")[2])
        else:
            assert answer.status in (502, 504), answer.raw[:300]
            assert_error(answer)
        assert b"Traceback" not in answer.raw


def known_headers(seen: ProxyAftermath) -> None:
    dropped = {
        "set-cookie",
        "link",
        "refresh",
        "location",
        "x-powered-by",
        "access-control-allow-origin",
        "upgrade",
    }
    for answer in seen.answers:
        assert answer.status == 200, answer.raw[:300]
        assert not dropped & {name for name, _ in answer.headers}
        assert "default-src *" not in (answer.header("content-security-policy") or "")


def no_secret_in_prompt(seen: ProxyAftermath) -> None:
    assert seen.asked
    assert all(seen.names["__KEY__"] not in asked.body.decode() for asked in seen.asked)


def no_address_told(seen: ProxyAftermath) -> None:
    assert all(seen.names["__UPSTREAM__"] not in text for text in seen.texts)


def not_echoed(seen: ProxyAftermath) -> None:
    assert all(b"<script>" not in answer.body for answer in seen.answers)
    assert all(answer.header("x-content-type-options") == "nosniff" for answer in seen.answers)


def others_missing(seen: ProxyAftermath) -> None:
    assert set(seen.others.values()) == {404}, seen.others


def no_crash(seen: ProxyAftermath) -> None:
    """The process is there, as the normal requests after each attack show; nothing failed inside it."""
    assert '"event": "failed"' not in seen.log
    assert "Exception in ASGI" not in seen.log


def known_answer(seen: ProxyAftermath) -> None:
    no_crash(seen)
    assert all(answer.status is not None and answer.status < 500 for answer in seen.answers)


NO_KEY = "no response byte, header, log line or error contains the API key"
MEANWHILE = "a normal request answered within 1 s meanwhile"

CHECKS: dict[str, Callable[[ProxyAftermath], Any]] = {
    NO_KEY: no_key,
    MEANWHILE: meanwhile,
    **{code: status(*map(int, re.findall(r"\d+", code))) for code in (
        "200", "400", "401", "403", "404", "405", "413", "431", "502", "400 or 401", "400 or 404", "405 or 400",
        "404 or 403", "404 or 405", "413 or 408",
    )},
    "400 and the connection closes": status(400, closed=True),
    "431 and the connection closes": status(431, closed=True),
    "400 or a safe parse, one request": safe_parse,
    "413 before reading it": too_large_unread,
    "416 or whole file within 1 s": range_bounded,
    "4xx at the message cap": short_error,
    "4xx with a short JSON error, no stack trace": short_error,
    "502 or an error event, no traceback": broken_off,
    "504 at the configured timeout": gateway_timeout,
    "CSP with 'sandbox allow-scripts' and Connection-Allowlist are present on the file itself": frame_policy,
    "also /docs, /debug, /metrics, /.well-known/": others_missing,
    "answered without a fault of ours": known_answer,
    "at most one request is seen": one_request,
    "body timeout closes them": timed_out,
    "bounded buffer and write timeout": cut_off,
    "bounded concurrency: 429 with Retry-After, never a crash": bounded_concurrency,
    "clamped to the configured ceiling or 4xx": clamped,
    "client gets JSON with nosniff, never that HTML": json_not_html,
    "client library refuses or 400": refused_by_library,
    "connection is closed at the limit, memory stays flat": memory_flat,
    "cut at the byte/time cap": cut_at_cap,
    "evil canary gets no connection": lambda seen: _assert_empty(seen.canary),
    "header timeout closes them": timed_out,
    "hop-by-hop and unlisted upstream headers are dropped": known_headers,
    "no Access-Control-Allow-Origin for that origin": no_cors,
    "no Access-Control-Allow-Private-Network": no_private_network,
    "no outbound connection": nothing_asked,
    "no path-based check is fooled": nothing_asked,
    "no recursion crash": no_crash,
    "no wildcard CORS is needed: bytes are handed over by postMessage": no_cors,
    "nothing injected upstream": nothing_injected,
    "nothing of the request is echoed": not_echoed,
    "redirect is not followed with the key": redirect_not_followed,
    "response is parsed to known fields": no_key,
    "roles outside the allowlist are refused": roles_refused,
    "secret-shaped text of our key is never passed": no_key,
    "silent connections are closed": cut_off,
    "the connection closes": closes,
    "the key is never part of any prompt": no_secret_in_prompt,
    "the server's own rules, if any, stay first": only_allowlisted,
    "the upstream's address is not told": no_address_told,
    "unknown fields are dropped or 4xx": unknown_dropped,
    "upstream error bodies are rewritten, status mapped": error_rewritten,
    "upstream is cancelled": cancelled,
    "upstream request is cancelled within 2 s: no tokens are paid for nobody": cancelled_soon,
    "upstream stub receives nothing": nothing_asked,
    "upstream stub receives only the allowlisted host, path, method and headers": only_allowlisted,
    "when a token is configured, nothing passes without it": nothing_asked,
}  # fmt: skip


def _assert_empty(heard: list[bytes]) -> None:
    assert heard == []
