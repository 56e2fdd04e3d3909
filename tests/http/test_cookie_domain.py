"""One session for a site and the hosts below it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client, Response, in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD, fresh_name

pytestmark = pytest.mark.sqlite
HOST = {"host": "accounts.example.com"}
ORIGIN = "https://accounts.example.com"


def of(tmp_path: Path, profile: str = "default", **more: object) -> Iterator[Client]:
    settings = settings_in(tmp_path, public_origin=ORIGIN, profile=profile, **more)
    with in_process(settings) as client:
        yield client


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Client]:
    yield from of(tmp_path, cookie_domain="example.com")


@pytest.fixture
def hardened_site(tmp_path: Path) -> Iterator[Client]:
    yield from of(tmp_path, "hardened", cookie_domain="example.com")


def sign_up(client: Client, cookie: str = "") -> Response:
    body = {"username": fresh_name(), "password": f"{PASSWORD} that nobody guesses"}
    headers = {**HOST, **({"cookie": cookie} if cookie else {})}
    return client.request("POST", "/api/user/signup", json=body, headers=headers)


def cookies_of(answer: Response) -> list[str]:
    """Each cookie set: its name, "gone" if it is forgotten, and its domain if it has one."""
    found = []
    for header in answer.headers.get_list("set-cookie"):
        parts = [part.strip() for part in header.split(";")]
        name, _, value = parts[0].partition("=")
        domain = [part.lower() for part in parts if part.lower().startswith("domain=")]
        found.append(" ".join([name, *([] if value.strip('"') else ["gone"]), *domain]))
    return found


def test_the_sessions_cookie_is_for_the_site_and_the_devices_for_the_host(site: Client) -> None:
    assert cookies_of(sign_up(site)) == [
        "sessionid domain=example.com",
        "deviceid",
        "sessionid gone",
    ]


def test_hardened_its_prefix_asks_for_https_alone(hardened_site: Client) -> None:
    assert cookies_of(sign_up(hardened_site)) == [
        "__Secure-sessionid domain=example.com",
        "__Host-deviceid",
        "__Secure-sessionid gone",
    ]


@pytest.mark.parametrize("path", ["signup", "login", "logout"])
def test_kinds_that_are_not_in_use_are_forgotten(hardened_site: Client, path: str) -> None:
    name, password = fresh_name(), f"{PASSWORD} that nobody guesses"
    body = {"username": name, "password": password}
    if path == "login":
        hardened_site.request("POST", "/api/user/signup", json=body, headers=HOST)
    answer = hardened_site.another().request(
        "POST",
        f"/api/user/{path}",
        json=None if path == "logout" else body,
        headers={**HOST, "cookie": "sessionid=old; __Host-sessionid=older; other=1"},
    )
    assert answer.status == 200
    gone = {each for each in cookies_of(answer) if "gone" in each}
    assert gone >= {
        "__Host-sessionid gone",
        "sessionid gone",
        "sessionid gone domain=accounts.example.com",
        "sessionid gone domain=example.com",
        "__Secure-sessionid gone",
    }
    in_use = "__Secure-sessionid gone domain=example.com"
    assert (in_use in gone) is (path == "logout")


def test_two_session_cookies_that_differ_are_none(site: Client) -> None:
    mine = sign_up(site).headers.get_list("set-cookie")[0].partition(";")[0]
    theirs = sign_up(site.another()).headers.get_list("set-cookie")[0].partition(";")[0]
    for cookie, status in (
        (mine, 200),
        (f"{mine}; {mine}", 200),
        (f"{mine}; {theirs}", 401),
        (f"{theirs}; {mine}", 401),
        (f"{mine}; sessionid=", 401),
    ):
        answer = site.another().request("GET", "/api/user", headers={**HOST, "cookie": cookie})
        assert answer.status == status, cookie
    # who logs in gets a session all the same, and nobody's is ended
    assert sign_up(site.another(), f"{mine}; {theirs}").status == 200
    for cookie in (mine, theirs):
        answer = site.another().request("GET", "/api/user", headers={**HOST, "cookie": cookie})
        assert answer.status == 200


def test_without_the_setting_nothing_has_a_domain(tmp_path: Path) -> None:
    for client in of(tmp_path):
        assert cookies_of(sign_up(client)) == ["sessionid", "deviceid"]
        assert cookies_of(sign_up(client.another(), "__Secure-sessionid=x")) == [
            "sessionid",
            "deviceid",
            "__Secure-sessionid gone",
            "__Secure-sessionid gone domain=accounts.example.com",
            "__Secure-sessionid gone domain=example.com",
        ]


def test_a_domain_that_is_no_longer_set_locks_nobody_out(tmp_path: Path) -> None:
    for client in of(tmp_path):
        answer = sign_up(client, f"sessionid={'a' * 43}")
        assert {
            "sessionid gone domain=accounts.example.com",
            "sessionid gone domain=example.com",
        } <= {*cookies_of(answer)}


def test_logging_out_ends_each_session_that_was_presented(site: Client) -> None:
    pairs = [
        sign_up(site.another()).headers.get_list("set-cookie")[0].partition(";")[0]
        for _ in range(2)
    ]
    headers = {**HOST, "cookie": "; ".join(pairs)}
    assert site.another().request("POST", "/api/user/logout", headers=headers).status == 200
    for cookie in pairs:
        answer = site.another().request("GET", "/api/user", headers={**HOST, "cookie": cookie})
        assert answer.status == 401
