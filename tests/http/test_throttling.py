"""Guessing over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from entrypoints.web_app import create_app
from tests.client import Client, Response, connect
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    app = create_app(settings_in(tmp_path, throttle="on"), record=lambda _: None)
    with serving(app) as url, connect(url) as client:
        yield client


def guess(
    client: Client, name: str = "ada", path: str = "/api/user/login", **options: Any
) -> Response:
    body = {"username": name, "password": "wrong"}
    return client.request("POST", path, json=body, **options)


def test_the_eleventh_guess_is_told_to_wait(client: Client) -> None:
    client.another().sign_up("ada", PASSWORD)
    assert [guess(client).status for _ in range(10)] == [403] * 10
    refused = guess(client)
    assert (refused.status, refused.code) == (429, "too_many_attempts")
    assert 50 <= int(refused.headers["retry-after"]) <= 60
    assert client.log_in("ada", PASSWORD).status == 429


def test_of_fifty_guesses_at_once_ten_are_checked(client: Client) -> None:
    client.another().sign_up("ada", PASSWORD)
    clients = [client.another() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        statuses = [answer.status for answer in pool.map(guess, clients)]
    assert sorted(statuses) == [403] * 10 + [429] * 40


def test_neither_spelling_nor_path_nor_headers_dodge_it(client: Client) -> None:
    client.another().sign_up("ada", PASSWORD)
    for _ in range(10):
        guess(client)
    for dodge in (
        guess(client, "ADA"),
        guess(client, "ａｄａ"),
        guess(client, path="/api/user/login/"),
        guess(client, path="/api//user/login"),
        guess(client, headers={"x-forwarded-for": "203.0.113.9"}),
        guess(client, headers={"forwarded": "for=203.0.113.9", "x-real-ip": "203.0.113.9"}),
        guess(client, headers={"user-agent": "another", "cookie": "deviceid=1.x.y"}),
        guess(client.another()),
    ):
        assert dodge.status in (404, 429)


def test_the_owners_browser_keeps_its_lane(client: Client) -> None:
    owner = client.another()
    owner.sign_up("ada", PASSWORD)
    (mark,) = [
        each
        for each in owner.log_in("ada", PASSWORD)._response.request.headers["cookie"].split("; ")
        if each.startswith("deviceid=")
    ]
    for _ in range(12):
        guess(client)
    assert client.log_in("ada", PASSWORD).status == 429
    assert owner.log_in("ada", PASSWORD).status == 200
    assert (
        owner.another()
        .request(
            "POST",
            "/api/user/login",
            json={"username": "ada", "password": PASSWORD},
            headers={"cookie": mark},
        )
        .status
        == 200
    )


def test_the_device_cookie_lasts_a_year_and_no_script_reads_it(client: Client) -> None:
    response = client.sign_up("ada", PASSWORD)
    (cookie,) = [
        each for each in response.headers.get_list("set-cookie") if each.startswith("deviceid=")
    ]
    for attribute in ("HttpOnly", "Max-Age=31536000", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert [
        each.partition("=")[0]
        for each in client.log_in("ada", PASSWORD).headers.get_list("set-cookie")
    ] == ["sessionid"]
