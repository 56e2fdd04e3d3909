"""Whatever is sent: a clear problem document, never a 5xx, and nothing changed."""

from typing import Any

import pytest

from tests.client import Client, Response
from tests.examples import PASSWORD, fresh_name

JSON = {"content-type": "application/json"}
WRITES = [
    ("POST", "/api/user/signup"),
    ("POST", "/api/user/login"),
    ("PUT", "/api/user"),
]


def assert_clear(response: Response, status: int) -> None:
    assert response.status == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.data
    assert problem["status"] == status
    assert problem["type"] == f"urn:frontdesk:problem:{problem['code'].replace('_', '-')}"
    assert problem["title"]
    assert problem["detail"].endswith(".")
    assert "Traceback" not in response.text


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.sign_up(fresh_name(), PASSWORD)
    return client


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"123",
        b'{"username": }',
        b'{"username": "a", "password": "123456"} trailing',
        b'{"username": "\xff\xfe", "password": "123456"}',
        b'{"x\xff": 1, "username": "abc", "password": "123456"}',
        b'{"username": "\\ud800", "password": "123456"}',
        b'{"username": "abc", "password": "\\udfff1234567"}',
        b'{"username": "a", "username": "b", "password": "123456"}',
        b'{"username": "a", "password": "123456", "x": {"y": 1, "y": 2}}',
        b'{"username": NaN, "password": "123456"}',
        b'{"username": "a", "password": "123456", "x": Infinity}',
        b"\xef\xbb\xbf{}" + b" " * 10,
        b"[" * 10_000,
        b'{"username": "abc", "password": "123456", "x": ' + b"[" * 32 + b"]" * 32 + b"}",
        b'{"x":' * 2_500 + b"1" + b"}" * 2_500,
        b'{"username": "abc", "password": "123456", "x": ' + b"9" * 10_000 + b"}",
        b'{"username": null, "password": "123456"}',
        b'{"username": "abc", "password": null}',
        b'{"username": 1, "password": "123456"}',
        b'{"username": ["abc"], "password": "123456"}',
        b'{"username": {"a": 1}, "password": "123456"}',
        b'{"username": true, "password": "123456"}',
        b'{"username": "abc", "password": 123456}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_of_the_wrong_shape_is_refused(
    signed_in: Client, method: str, path: str, body: bytes
) -> None:
    before = signed_in.me().data
    response = signed_in.request(method, path, content=body, headers=JSON)
    assert_clear(response, 400)
    assert "123456" not in response.text
    assert signed_in.me().data == before


@pytest.mark.parametrize("body", [{"username": "abc"}, {"password": "123456"}, {}])
@pytest.mark.parametrize(("method", "path"), WRITES[:2])
def test_a_missing_field_is_refused(
    client: Client, method: str, path: str, body: dict[str, str]
) -> None:
    response = client.request(method, path, json=body)
    assert_clear(response, 400)
    assert response.code == "invalid_request"
    assert response.data["errors"]


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/jsonp"},
        {"content-type": "text/plain; x=application/json"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_not_declared_as_json_is_refused(
    signed_in: Client, method: str, path: str, headers: dict[str, str]
) -> None:
    body = b'{"username": "%s", "password": "123456"}' % fresh_name().encode()
    before = signed_in.me().data
    assert_clear(signed_in.request(method, path, content=body, headers=headers), 415)
    assert signed_in.me().data == before


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_may_name_its_charset(client: Client, content_type: str) -> None:
    body = b'{"username": "%s", "password": "123456"}' % fresh_name().encode()
    headers = {"content-type": content_type}
    assert client.request("POST", "/api/user/signup", content=body, headers=headers).status == 200


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("size", [17_000, 1_000_000, 20_000_000])
def test_a_body_that_is_too_large_is_refused(
    signed_in: Client, method: str, path: str, size: int
) -> None:
    body = b'{"username": "abc", "password": "' + b"x" * size + b'"}'
    assert_clear(signed_in.request(method, path, content=body, headers=JSON), 413)
    assert signed_in.me().status == 200


def test_a_body_of_unknown_length_that_is_too_large_is_refused(client: Client) -> None:
    chunks = (b"x" * 1000 for _ in range(100))
    response = client.request("POST", "/api/user/login", content=chunks, headers=JSON)
    assert_clear(response, 413)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/user", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("/api/user/login", "OPTIONS, POST"),
        ("/healthz", "GET, HEAD, OPTIONS"),
    ],
)
@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused_and_the_allowed_ones_named(
    signed_in: Client, path: str, allowed: str, method: str
) -> None:
    response = signed_in.request(method, path)
    assert_clear(response, 405)
    assert response.headers["allow"] == allowed
    options = signed_in.another().request("OPTIONS", path)
    assert (options.status, options.headers["allow"], options.text) == (204, allowed, "")


def test_head_is_answered_like_get_less_the_body(signed_in: Client) -> None:
    head = signed_in.request("HEAD", "/api/user")
    get = signed_in.me()
    assert (head.status, head.text) == (200, "")
    assert head.headers["content-length"] == get.headers["content-length"]
    assert signed_in.another().request("HEAD", "/api/user").status == 401


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/api", "/api/user/..%2f..", "/api/user/%00", "/schema/nowhere",
     "/schema/assets/..%2f..%2fapp.py", "/schema/assets/index.html",
     "/schema/oauth2-redirect.html"],
)  # fmt: skip
def test_nothing_is_anywhere_else(client: Client, path: str) -> None:
    assert_clear(client.request("GET", path), 404)


@pytest.mark.parametrize("path", ["/api/user/", "/api//user"])
def test_odd_slashes_open_no_second_door(client: Client, path: str) -> None:
    assert client.request("GET", path).status in (401, 404)
    assert client.request("PUT", path, json={}).status in (401, 404)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-large": "x" * 33_000}, 431),
        ({f"x-{n}": "x" for n in range(101)}, 431),
        ({"host": "evil.example"}, 400),
        ({"host": "127.0.0.1.evil.example"}, 400),
        ({"host": ""}, 400),
    ],
    ids=str,
)
def test_header_fields_out_of_bounds_are_refused(
    client: Client, headers: dict[str, str], status: int
) -> None:
    assert_clear(client.request("GET", "/api/session", headers=headers), status)


def test_a_very_long_url_is_refused(client: Client) -> None:
    assert_clear(client.request("GET", "/healthz?" + "x" * 9_000), 414)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "127.9.9.9", "[::1]:80"])
def test_loopback_is_always_served(client: Client, host: str) -> None:
    assert client.request("GET", "/schema", headers={"host": host}).status == 200


@pytest.mark.parametrize(
    "given", ["abc-123", "A.b_C", "x" * 42, "x" * 43, "a b", "a\tb", '"}{"', "é", ""]
)
def test_a_request_id_is_kept_if_it_is_harmless_and_made_otherwise(
    client: Client, given: str
) -> None:
    headers: Any = {"x-request-id": given.encode("latin-1")}
    returned = client.request("GET", "/healthz", headers=headers).headers["x-request-id"]
    harmless = given in ("abc-123", "A.b_C", "x" * 42)
    assert (returned == given) == harmless
    assert returned


def test_every_answer_carries_the_protective_headers(signed_in: Client) -> None:
    for method, path in (
        ("GET", "/api/user"),
        ("GET", "/schema"),
        ("GET", "/nowhere"),
        ("PATCH", "/api/user"),
        ("POST", "/api/user/logout"),
    ):
        headers = signed_in.request(method, path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "strict-transport-security" not in headers, "this is plain http"
        assert "server" not in headers
        if path != "/schema":
            assert headers["cache-control"] == "no-store"
