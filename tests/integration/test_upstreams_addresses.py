"""Where a request goes and where it does not, with which key: on real sockets."""

from __future__ import annotations

import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from codeact_server.settings import Upstream
from codeact_server.upstreams.address_guard import PrivateAddressError, is_public, open_public_socket
from support.loops import in_loop
from support.raw_upstream import Call, RawUpstream, answering
from support.upstreams import asking, one, opening, refused, said

KEY = "sk-test-0123456789abcdef"
STREAM = asking(stream=True)


class Resolver(AbstractResolver):
    """Gives what the test says, however often it is asked."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1"])
@in_loop
async def test_a_name_that_leads_to_this_machine_is_not_connected_to(address):
    resolver = Resolver(address)
    async with RawUpstream(answering({})) as raw:
        upstream = Upstream(base_url=f"http://api.example:{raw.port}/v1", api_key=KEY)
        async with opening(upstream, resolver=resolver) as upstreams:
            error = await refused(upstreams)
    assert (error.status, error.code) == (502, "upstream_private")
    assert "private = true" in str(error)
    assert address not in str(error)
    assert resolver.asked
    assert raw.connections == 0


@in_loop
async def test_a_name_that_may_be_private_is_connected_to():
    async with RawUpstream(answering({"ok": 1})) as raw:
        upstream = Upstream(base_url=f"http://api.example:{raw.port}/v1", private=True)
        async with opening(upstream, resolver=Resolver("127.0.0.1")) as upstreams:
            assert await said(upstreams) == b'{"ok": 1}'
    assert raw.calls[0].headers["host"] == f"api.example:{raw.port}"


@in_loop
async def test_an_address_of_this_machine_can_be_forbidden_too():
    async with one(answering({}), private=False) as (raw, upstreams):
        assert (await refused(upstreams)).code == "upstream_private"
    assert raw.connections == 0


@pytest.mark.parametrize(
    ("host", "private"),
    [
        *(("127.0.0.1", True), ("localhost", True), ("a.localhost", True), ("[::1]", True), ("10.0.0.1", True)),
        *(("192.168.1.2", True), ("169.254.169.254", True), ("[fd00::1]", True), ("[::ffff:10.0.0.1]", True)),
        *(("api.example", False), ("8.8.8.8", False), ("ollama", False), ("localhost.example", False)),
    ],
)
def test_only_an_address_that_says_so_itself_may_be_private(host, private):
    assert Upstream(base_url=f"http://{host}:1/v1").may_be_private is private


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1%eth0", "fd00:ec2::254", "ff02::1"),
        *(
            "::ffff:10.0.0.1",
            "::ffff:a00:1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
        ),
    ],
)
def test_an_address_that_is_not_public_gets_no_socket(address):
    assert not is_public(address)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with pytest.raises(PrivateAddressError):
        open_public_socket((family, socket.SOCK_STREAM, 0, "", (address, 443)))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_a_public_address_gets_a_socket(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    open_public_socket((family, socket.SOCK_STREAM, 0, "", (address, 443))).close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@in_loop
async def test_a_redirect_is_not_followed(status):
    async with RawUpstream(answering({})) as canary:
        elsewhere = f"{canary.base_url}/steal"

        async def play(call: Call) -> None:
            await call.answer({}, status, location=elsewhere)

        async with one(play, api_key=KEY) as (raw, upstreams):
            assert (await refused(upstreams)).code == "upstream_not_an_api"
            assert len(raw.calls) == 1
    assert canary.connections == 0


@in_loop
async def test_no_proxy_netrc_or_cookie_has_a_part(monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("default login me password secret\n")
    async with RawUpstream(answering({})) as canary:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
        monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

        async def play(call: Call) -> None:
            await call.answer({"ok": 1}, set_cookie="session=somebody; Path=/")

        async with one(play) as (raw, upstreams):
            for _ in range(2):
                await said(upstreams)
            assert raw.connections == 1
            assert [call.headers.keys() & {"cookie", "authorization"} for call in raw.calls] == [set(), set()]
    assert canary.connections == 0


@pytest.mark.parametrize("size", [1, 2, 7, 23, 24, 25, 100])
@in_loop
async def test_the_key_never_comes_back_wherever_it_is_cut(size):
    text = f"data: {KEY}{KEY[:9]}\n\ndata: {KEY[:23]}{KEY}x\n\n".encode()

    async def play(call: Call) -> None:
        await call.begin(x_request_id=KEY)
        for at in range(0, len(text), size):
            await call.chunk(text[at : at + size])
        await call.chunk(b"")

    async with one(play, api_key=KEY) as (_, upstreams), upstreams.open(STREAM) as answer:
        whole = b"".join([chunk async for chunk in answer.chunks])
        assert answer.headers == {"x-upstream-request-id": "[redacted]"} or answer.headers == {}
    assert whole == text.replace(KEY.encode(), b"[redacted]")
