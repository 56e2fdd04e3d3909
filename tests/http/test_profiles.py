"""What the public origin and the profile `hardened` change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client, in_process
from tests.conftest import settings_in

HOST = {"host": "accounts.example.com"}
LONG = "a password of many words"


@pytest.fixture
def hardened(tmp_path: Path) -> Iterator[Client]:
    settings = settings_in(
        tmp_path, profile="hardened", public_origin="https://accounts.example.com"
    )
    with in_process(settings) as client:
        yield client


def sign_up(client: Client, password: str) -> tuple[int, str]:
    body = {"username": "ada", "password": password}
    response = client.request("POST", "/api/user/signup", json=body, headers=HOST)
    return response.status, response.headers.get("set-cookie", "").partition(",")[0]


@pytest.mark.parametrize(
    ("password", "status"),
    [
        ("qZ7!kd0", 400),
        ("qZ7!kd0p", 200),
        ("password", 400),
        ("PassWord", 400),
        ("iloveyou1", 400),
        ("1234567890123456", 200),
    ],
)
def test_hardened_wants_fifteen_bytes_or_eight_that_are_not_common(
    hardened: Client, password: str, status: int
) -> None:
    assert sign_up(hardened, password)[0] == status


def test_hardened_cookies_keep_to_https_and_to_this_host(hardened: Client) -> None:
    _, cookie = sign_up(hardened, LONG)
    assert cookie.startswith("__Host-sessionid=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    for name, status in (("__Host-sessionid", 200), ("sessionid", 401)):
        headers = {**HOST, "cookie": f"{name}={token}"}
        assert hardened.another().request("GET", "/api/user", headers=headers).status == status


def test_an_https_origin_makes_cookies_secure_and_asks_for_https(tmp_path: Path) -> None:
    with in_process(settings_in(tmp_path, public_origin="https://accounts.example.com")) as client:
        _, cookie = sign_up(client, LONG)
        assert cookie.startswith("sessionid=")
        assert "Secure" in cookie
        headers = client.request("GET", "/healthz", headers=HOST).headers
        assert headers["strict-transport-security"].startswith("max-age=")
        assert client.request("GET", "/schema", headers={"host": "other.example"}).status == 400
