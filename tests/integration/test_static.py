"""The site on a real socket: types, policies, compression, caching, and what is not served."""

import os
import re
import socket

import httpx
import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings

HASHED = "/page.0123456789abcdef.mjs"
SANDBOX = ("/sandbox/frame.html", "/sandbox/display.html")


def directives(response: httpx.Response) -> dict[str, str]:
    policies = response.headers.get_list("content-security-policy")
    assert len(policies) == 1
    return {name: rest for name, _, rest in (part.partition(" ") for part in policies[0].split("; "))}


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        (HASHED, "text/javascript; charset=utf-8"),
        ("/core.wasm", "application/wasm"),
        ("/lock.json", "application/json"),
        ("/stdlib.zip", "application/zip"),
        ("/image.bin", "application/octet-stream"),
        ("/agent.py", "text/x-python; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/pyscript.toml", "application/toml"),
    ],
)
def test_files_have_their_media_type(client, path, media_type):
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"].replace('"', "")) == (200, media_type)


@pytest.mark.parametrize("path", ["/", "/page.js", "/nothing", "/v1/models", "/healthz", "/v1/chat/completions"])
def test_every_response_carries_the_common_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "credentialless"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "content-security-policy" in headers


def test_the_page_policy_loosens_only_what_pyscript_needs(client):
    origin = str(client.base_url).rstrip("/")
    assert directives(client.get("/")) == {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-eval' 'wasm-unsafe-eval'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": f"{origin}/sandbox/frame.html {origin}/sandbox/display.html",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }


def test_frames_are_named_under_the_host_that_was_asked(client):
    policy = directives(client.get("/", headers={"host": "localhost:9999"}))
    assert policy["frame-src"].split()[0] == "http://localhost:9999/sandbox/frame.html"


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        (SANDBOX[0], "default-src 'none'; script-src 'sha256-frame'; connect-src 'none'"),
        (SANDBOX[1], "default-src 'none'; img-src data:"),
    ],
)
def test_sandbox_frames_carry_the_bundlers_policy(client, path, policy):
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    # A browser overwrites stored headers with those of a 304, so both must agree.
    assert (first.status_code, again.status_code) == (200, 304)
    for response in (first, again):
        assert response.headers.get_list("content-security-policy") == [f"sandbox allow-scripts; {policy}"]
        assert response.headers["connection-allowlist"] == "()"
        assert response.headers["cross-origin-resource-policy"] == "cross-origin"
        assert response.headers["cross-origin-embedder-policy"] == "credentialless"
    assert "connection-allowlist" not in client.get("/").headers


def test_a_frame_without_a_policy_is_allowed_nothing(start, site):
    (site / "sandbox/manifest.json").write_text('{"csp": {}}')
    policy = start().get(SANDBOX[0]).headers["content-security-policy"]
    assert policy == "sandbox allow-scripts; default-src 'none'"


def test_a_compressed_sibling_is_served_where_accepted(client):
    packed = client.get(HASHED, headers={"accept-encoding": "br"})
    plain = client.get(HASHED, headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "br"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.content == plain.content == b"export const hashed = 1;" * 50
    for response in (packed, plain):
        assert response.headers["vary"] == "Accept-Encoding"
        assert response.headers["content-type"].startswith("text/javascript")


def test_hashed_names_are_kept_for_ever_and_others_asked_for_again(client):
    assert "immutable" in client.get(HASHED).headers["cache-control"]
    assert int(re.findall(r"max-age=(\d+)", client.get(HASHED).headers["cache-control"])[0]) >= 31_536_000
    for path in ("/", "/page.js", "/lock.json", *SANDBOX):
        assert client.get(path).headers["cache-control"] == "no-cache"


def test_an_unchanged_file_is_a_304(client):
    first = client.get("/page.js")
    again = client.get("/page.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/page.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_a_changed_file_of_the_same_size_and_date_has_another_etag(start, site):
    before = start().get("/page.js").headers["etag"]
    status = (site / "page.js").stat()
    (site / "page.js").write_text("export const page = 2;")
    os.utime(site / "page.js", (status.st_atime, status.st_mtime))
    assert start().get("/page.js").headers["etag"] != before


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/sandbox/../../secret.txt",
        "//etc/passwd",
        "/etc/passwd",
        "/.git/config",
        "/page.0123456789abcdef.mjs.br",
        "/sandbox/",
        "/page.js/",
        "/%00",
        "/openapi.json",
    ],
)
def test_what_is_no_file_of_the_site_is_a_plain_404(client, path):
    # On the wire as written: an HTTP library would tidy the path first.
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=5) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"text/plain" in answer
    assert answer.endswith(b"Not found\n")


def test_a_symlink_out_of_the_site_is_not_followed(start, site):
    (site / "link.txt").symlink_to(site.parent / "secret.txt")
    assert start().get("/link.txt").status_code == 404


def test_a_range_of_a_thousand_parts_is_answered_at_once(client):
    ranges = "bytes=" + ",".join(["0-0"] * 1000)
    response = client.get("/core.wasm", headers={"range": ranges})
    assert (response.status_code, response.content) == (200, b"\0asm\1\0\0\0")


def test_a_large_file_arrives_whole(start, site):
    large = bytes(range(256)) * 4096 * 3
    (site / "large.bin").write_bytes(large)
    assert start().get("/large.bin").content == large


def test_a_server_without_a_site_still_relays(tmp_path):
    with running_server(Settings(site=tmp_path / "missing")) as address:
        assert httpx.get(address + "/", trust_env=False).status_code == 404
        assert httpx.get(address + "/v1/models", trust_env=False).json()["data"] == []
