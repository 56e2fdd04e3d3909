"""Sessions under attack and over time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from entrypoints.services import build_services
from tests.client import Client, in_process
from tests.conftest import settings_in
from tests.examples import DAY, MINUTE, OTHER_PASSWORD, PASSWORD, fresh_name
from tests.fakes.system import FakeClock

CHOSEN = "A" * 43


@pytest.mark.parametrize("call", ["sign_up", "log_in"])
def test_a_token_the_client_chose_is_never_adopted(client: Client, call: str) -> None:
    name = fresh_name()
    if call == "log_in":
        client.another().sign_up(name, PASSWORD)
    client.cookies.set("sessionid", CHOSEN)
    assert getattr(client, call)(name, PASSWORD).status == 200
    planted = client.another().request(
        "GET", "/api/user", headers={"cookie": f"sessionid={CHOSEN}"}
    )
    assert planted.status == 401


@pytest.mark.parametrize("call", ["sign_up", "log_in"])
def test_signing_in_again_ends_the_session_presented(client: Client, call: str) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    old = client.cookies["sessionid"]
    name = fresh_name()
    if call == "log_in":
        client.another().sign_up(name, PASSWORD)
    assert getattr(client, call)(name, PASSWORD).data["username"] == name
    assert client.me().data["username"] == name
    stolen = client.another().request("GET", "/api/user", headers={"cookie": f"sessionid={old}"})
    assert stolen.status == 401


@pytest.mark.parametrize(
    "cookie",
    [
        "sessionid=",
        "sessionid=garbage",
        f"sessionid={CHOSEN}",
        "sessionid=" + "x" * 20_000,
        'sessionid="quoted"',
        "sessionid=é",
        "sessionid",
        ";;;===",
        f"SESSIONID={CHOSEN}",
    ],
)
def test_a_cookie_that_is_none_of_ours_is_not_signed_in(client: Client, cookie: str) -> None:
    response = client.request("GET", "/api/user", headers={"cookie": cookie.encode("latin-1")})
    assert (response.status, response.code) == (401, "not_signed_in")


def test_anonymous_requests_get_no_cookie(client: Client) -> None:
    for path in ("/healthz", "/readyz", "/api/user", "/schema", "/nowhere"):
        assert "set-cookie" not in client.request("GET", path).headers


def test_the_cookie_is_found_among_others(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    token = client.cookies["sessionid"]
    cookie = f"theme=dark; sessionid={token}; lang=en"
    assert client.another().request("GET", "/api/user", headers={"cookie": cookie}).status == 200


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def timed(clock: FakeClock, tmp_path: Path) -> Iterator[Client]:
    settings = settings_in(tmp_path)
    with in_process(settings, build_services(settings, clock)) as client:
        yield client


def test_a_session_ends_after_seven_days(timed: Client, clock: FakeClock) -> None:
    timed.sign_up("ada", PASSWORD)
    clock.advance(7 * DAY - timedelta(seconds=1))
    assert timed.me().status == 200
    clock.advance(timedelta(seconds=1))
    assert timed.me().status == 401


def test_changing_the_password_needs_the_old_one_after_ten_minutes(
    timed: Client, clock: FakeClock
) -> None:
    timed.sign_up("ada", PASSWORD)
    clock.advance(10 * MINUTE)
    refused = timed.update(password=OTHER_PASSWORD)
    assert (refused.status, refused.code) == (403, "fresh_login_required")
    assert timed.update(username="ada2").status == 200
    renewed = timed.update(password=OTHER_PASSWORD, current_password=PASSWORD)
    assert renewed.status == 200
    assert "Max-Age=604200" in renewed.headers["set-cookie"], "ten minutes less than seven days"


def test_a_session_idle_for_too_long_ends_if_that_is_set(clock: FakeClock, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, session_idle_minutes=30)
    with in_process(settings, build_services(settings, clock)) as client:
        client.sign_up("ada", PASSWORD)
        clock.advance(29 * MINUTE)
        assert client.me().status == 200
        clock.advance(31 * MINUTE)
        assert client.me().status == 401
