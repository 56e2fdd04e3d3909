"""What reverse proxies ask, and what nobody else can make of it."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from entrypoints.web_app import create_app
from tests.client import Client, connect
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD, fresh_name

PATH = "/api/authz"
PAGE = "https://accounts.example.com/sign-in"
IDENTITY = ["remote-user", "remote-user-id", "remote-roles"]


def of(tmp_path: Path, **more: Any) -> Iterator[Client]:
    settings = settings_in(
        tmp_path,
        public_origin="https://accounts.example.com",
        cookie_domain="example.com",
        sign_in_url=PAGE,
        **more,
    )
    with serving(create_app(settings, record=lambda _: None)) as url, connect(url) as client:
        yield client


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Client]:
    """A service that trusts this machine as a proxy."""
    yield from of(tmp_path, trusted_proxies=(ip_network("127.0.0.0/8"),))


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Client]:
    """A service that trusts no proxy."""
    yield from of(tmp_path)


def signed_in(client: Client, name: str) -> dict[str, str]:
    body = {"username": name, "password": PASSWORD, "cookie": False}
    answer = client.request("POST", "/api/user/signup", json=body)
    assert answer.status == 200
    return {"authorization": f"Bearer {answer.data['token']}"}


def test_who_is_signed_in_is_named_in_fields_that_are_never_empty(behind: Client) -> None:
    name = "Zoë,%\u202f山"[:3] + "山" + fresh_name()[:8]
    headers = signed_in(behind, name)
    answer = behind.request("GET", PATH, headers=headers)
    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["remote-user"].isascii()
    assert unquote(answer.headers["remote-user"]) == name
    assert int(answer.headers["remote-user-id"]) > 0
    assert answer.headers["remote-roles"] == "-"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_any_method_will_do_also_from_a_page_of_another_origin(behind: Client, method: str) -> None:
    headers = signed_in(behind, fresh_name())
    elsewhere = {"origin": "https://app.example.net", "sec-fetch-site": "cross-site"}
    answer = behind.request(method, PATH, headers={**headers, **elsewhere})
    assert answer.status == 200
    assert answer.headers["remote-user-id"]
    assert behind.another().request(method, PATH, headers=elsewhere).status == 401


def test_who_is_not_signed_in_or_has_no_such_role_is_refused_without_a_name(behind: Client) -> None:
    headers = signed_in(behind, fresh_name())
    for asked, status, problem in (
        (behind.another().request("GET", PATH), 401, "not_signed_in"),
        (behind.request("GET", f"{PATH}?role=admin", headers=headers), 403, "role_missing"),
        (behind.another().request("GET", f"{PATH}?role=admin"), 401, "not_signed_in"),
        (behind.request("GET", f"{PATH}?sign_in=maybe", headers=headers), 400, "invalid_request"),
    ):
        assert (asked.status, asked.code) == (status, problem)
        assert not set(IDENTITY) & set(asked.headers)


def test_what_a_client_claims_to_be_is_not_looked_at(behind: Client) -> None:
    claims = {"remote-user": "root", "remote_user": "root", "x-forwarded-user": "root"}
    assert behind.another().request("GET", PATH, headers=claims).status == 401
    headers = signed_in(behind, name := fresh_name())
    answer = behind.request("GET", PATH, headers={**headers, **claims, "remote-roles": "admin"})
    assert (answer.headers["remote-user"], answer.headers["remote-roles"]) == (name, "-")


def test_an_authorization_that_is_not_ours_is_the_applications(behind: Client) -> None:
    name = fresh_name()
    cookies = behind.sign_up(name, PASSWORD).headers.get_list("set-cookie")
    cookie = {"cookie": cookies[0].partition(";")[0]}
    for other in ("Basic YTpi", "Bearer of-the-application", "Negotiate x"):
        answer = behind.another().request("GET", PATH, headers={**cookie, "authorization": other})
        assert (answer.status, answer.headers["remote-user"]) == (200, name)


ASKED = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "app.example.com",
    "x-forwarded-uri": "/reports?year=2026",
}


def return_to(location: str) -> str | None:
    assert location.partition("?")[0] == PAGE
    return parse_qs(urlsplit(location).query).get("return_to", [None])[0]


def test_people_are_sent_to_sign_in_and_come_back_if_the_proxy_wants_it(behind: Client) -> None:
    answer = behind.request("GET", f"{PATH}?sign_in=redirect", headers=ASKED)
    assert (answer.status, answer.headers["cache-control"]) == (302, "no-store")
    assert return_to(answer.headers["location"]) == "https://app.example.com/reports?year=2026"
    assert behind.request("GET", PATH, headers=ASKED).status == 401
    elsewhere = {**ASKED, "x-forwarded-host": "evil.example"}
    answer = behind.request("GET", f"{PATH}?sign_in=redirect", headers=elsewhere)
    assert return_to(answer.headers["location"]) is None


def test_a_stranger_cannot_say_where_people_come_back_to(alone: Client) -> None:
    answer = alone.request("GET", f"{PATH}?sign_in=redirect", headers=ASKED)
    assert answer.status == 302
    assert return_to(answer.headers["location"]) is None


def test_any_host_will_do_at_this_address_from_a_trusted_proxy(behind: Client) -> None:
    other = {"host": "reports.example.net"}
    assert behind.request("GET", PATH, headers=other).status == 401
    for path in ("/api/user", f"{PATH}/", "/api/session"):
        assert behind.request("GET", path, headers=other).code == "host_not_allowed"


def test_and_from_nobody_else(alone: Client) -> None:
    other = {"host": "reports.example.net"}
    assert alone.request("GET", PATH, headers=other).code == "host_not_allowed"


@pytest.mark.parametrize("query", ["roles=member", "Role=member", "role[]=member", "x=1"])
def test_a_parameter_that_is_none_lets_nobody_through(client: Client, query: str) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    assert client.request("GET", PATH).status == 200
    refused = client.request("GET", f"{PATH}?{query}")
    assert (refused.status, refused.code) == (400, "invalid_request")
