"""Programs: sessions without a cookie, which a bearer token opens."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrypoints.web_app import create_app
from tests.client import Client, Response, connect, in_process
from tests.conftest import serving, settings_in
from tests.examples import OTHER_PASSWORD, PASSWORD, fresh_name
from tests.operations.conftest import Desk, desk_in

EVIL = "https://evil.example"
KEYS = ["id", "username", "signup_time", "token", "expires", "device"]


def open_session(client: Client, path: str, name: str, **more: Any) -> Response:
    headers = more.pop("headers", {})
    body = {"username": name, "password": PASSWORD, "cookie": False, **more}
    return client.request("POST", f"/api/user/{path}", json=body, headers=headers)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def who(client: Client, headers: dict[str, str]) -> Any:
    """The name behind a request without our own cookies, or the problem."""
    answer = client.another().request("GET", "/api/user", headers=headers)
    return answer.data["username"] if answer.status == 200 else answer.code


def test_a_program_gets_its_token_in_the_answer_and_no_cookie(client: Client) -> None:
    name = fresh_name()
    for path in ("signup", "login"):
        answer = open_session(client, path, name)
        assert answer.status == 200
        assert list(answer.data) == KEYS
        assert re.fullmatch(r"fds_[\w-]{43}", answer.data["token"])
        assert "set-cookie" not in answer.headers
        assert who(client, bearer(answer.data["token"])) == name
    assert who(client, {}) == "not_signed_in"


def test_a_cookie_that_comes_along_is_neither_used_nor_ended(client: Client) -> None:
    name = fresh_name()
    assert client.sign_up(name, PASSWORD).status == 200
    assert open_session(client, "login", name).status == 200
    assert client.me().status == 200, "the browser's session goes on"
    assert len(client.sessions().data) == 2


def test_a_bearer_token_counts_alone(client: Client) -> None:
    browser, program = fresh_name(), fresh_name()
    assert client.sign_up(browser, PASSWORD).status == 200
    token = open_session(client.another(), "signup", program).data["token"]
    cookie = f"sessionid={client.cookies['sessionid']}"
    assert who(client, {**bearer(token), "cookie": cookie}) == program
    for wrong in ("fds_", f"fds_{'a' * 43}", f"{token}x", token + " x", f"{token}, Bearer x"):
        assert who(client, {**bearer(wrong), "cookie": cookie}) == "not_signed_in", wrong
    for spelling in (f"bearer {token}", f"BEARER  {token}", f"Bearer\t{token}"):
        assert who(client, {"authorization": spelling, "cookie": cookie}) == program, spelling
    for other in ("Basic YTpi", "Bearer of_another_service", "Bearer"):
        assert who(client, {"authorization": other, "cookie": cookie}) == browser, other


def test_two_different_bearer_tokens_are_none(client: Client) -> None:
    tokens = [open_session(client, "signup", fresh_name()).data["token"] for _ in range(2)]
    headers = [("authorization", f"Bearer {token}") for token in tokens]
    assert client.another().request("GET", "/api/user", headers=headers).status == 401


def test_a_token_is_never_taken_from_a_query(client: Client) -> None:
    token = open_session(client, "signup", fresh_name()).data["token"]
    for query in (f"access_token={token}", f"token={token}", f"authorization=Bearer%20{token}"):
        answer = client.another().request("GET", f"/api/user?{query}")
        assert answer.status == 401


def test_neither_kind_of_token_opens_the_session_of_the_other(client: Client) -> None:
    name = fresh_name()
    token = open_session(client, "signup", name).data["token"]
    client.log_in(name, PASSWORD)
    cookie = client.cookies["sessionid"]
    assert who(client, {"cookie": f"sessionid={token.removeprefix('fds_')}"}) == "not_signed_in"
    assert who(client, {"cookie": f"sessionid={token}"}) == "not_signed_in"
    assert who(client, bearer(f"fds_{cookie}")) == "not_signed_in"


def test_a_new_password_gives_the_program_a_new_token_and_ends_all_others(client: Client) -> None:
    name = fresh_name()
    mine = open_session(client, "signup", name).data["token"]
    other = open_session(client, "login", name).data["token"]
    changed = client.request(
        "PUT", "/api/user", json={"password": OTHER_PASSWORD}, headers=bearer(mine)
    )
    assert list(changed.data) == KEYS
    assert "set-cookie" not in changed.headers
    assert [who(client, bearer(each)) for each in (mine, other)] == ["not_signed_in"] * 2
    assert who(client, bearer(changed.data["token"])) == name
    renamed = client.request(
        "PUT", "/api/user", json={"username": name}, headers=bearer(changed.data["token"])
    )
    assert list(renamed.data) == KEYS[:3], "no new session, no token"


def test_a_program_is_among_the_sessions_and_can_be_ended_there(client: Client) -> None:
    name = fresh_name()
    assert client.sign_up(name, PASSWORD).status == 200
    agent = {"user-agent": "curl/8.5.0"}
    token = open_session(client.another(), "login", name, headers=agent).data["token"]
    newest, own = client.sessions().data
    assert (newest["device"], newest["current"], own["current"]) == ("curl", False, True)
    assert client.end_session(newest["id"]).status == 200
    assert who(client, bearer(token)) == "not_signed_in"


def test_logging_out_with_a_bearer_token_ends_it_and_leaves_the_cookie(client: Client) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    token = open_session(client.another(), "login", name).data["token"]
    answer = client.request("POST", "/api/user/logout", headers=bearer(token))
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert who(client, bearer(token)) == "not_signed_in"
    assert client.me().status == 200


def test_a_program_that_logs_in_again_replaces_its_own_session(client: Client) -> None:
    name = fresh_name()
    old = open_session(client, "signup", name).data["token"]
    new = open_session(client, "login", name, headers=bearer(old)).data["token"]
    assert (who(client, bearer(old)), who(client, bearer(new))) == ("not_signed_in", name)


def test_a_bearer_needs_no_origin_of_ours_for_no_browser_sends_one_by_itself(
    client: Client,
) -> None:
    """A page of another origin cannot add the field, unless CORS allows it; and a cookie that its
    browser adds does not count beside it.
    """
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    token = open_session(client.another(), "login", name).data["token"]
    elsewhere = {"origin": EVIL, "sec-fetch-site": "cross-site"}
    write = {"username": name}
    with_token = client.another().request(
        "PUT", "/api/user", json=write, headers={**elsewhere, **bearer(token)}
    )
    assert with_token.status == 200
    assert client.request("PUT", "/api/user", json=write, headers=elsewhere).status == 403
    for made_up in ("fds_", f"fds_{'a' * 43}"):
        headers = {**elsewhere, **bearer(made_up)}
        assert client.request("PUT", "/api/user", json=write, headers=headers).status == 401
        client.request("POST", "/api/user/logout", headers=headers)
    assert client.me().status == 200, "the cookie beside it was not looked at"


@pytest.mark.parametrize(("origin", "allowed"), [("https://app.example.com", True), (EVIL, False)])
def test_pages_of_trusted_origins_may_send_one(tmp_path: Path, origin: str, allowed: bool) -> None:
    settings = settings_in(tmp_path, trusted_origins=("https://app.example.com",))
    asked = {
        "origin": origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,frontdesk-device",
    }
    with in_process(settings) as client:
        answer = client.request("OPTIONS", "/api/session", headers=asked)
        assert ("access-control-allow-origin" in answer.headers) is allowed


def test_a_mark_keeps_a_program_apart_from_strangers_who_guess(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path, throttle="on"), record=lambda _: None)
    with serving(app) as url, connect(url) as client:
        device = open_session(client, "signup", "ada").data["device"]
        for _ in range(11):
            client.another().log_in("ada", "wrong password")
        assert open_session(client, "login", "ada").status == 429
        known = open_session(client, "login", "ada", headers={"frontdesk-device": device})
        assert known.status == 200
        assert known.data["device"] == device
        cookie = {"cookie": f"deviceid={device}"}
        assert open_session(client, "login", "ada", headers=cookie).status == 429, "not a browser"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as desk:
        yield desk


def test_an_operators_bearer_session_does_not_open_operations(desk: Desk) -> None:
    token = open_session(desk.stranger(), "login", "root").data["token"]
    assert who(desk.stranger(), bearer(token)) == "root"
    for headers in (
        bearer(token),
        {**bearer(token), "cookie": f"sessionid={desk.root.cookies['sessionid']}"},
        {"cookie": f"sessionid={token.removeprefix('fds_')}"},
    ):
        answer = desk.stranger().request("GET", "/api/ops/me", headers=headers)
        assert (answer.status, answer.code) == (401, "not_signed_in")


def test_a_reset_may_be_a_programs_too_and_its_records_have_no_token(desk: Desk) -> None:
    path = f"/api/ops/users/{desk.user_id()}/reset-code"
    code = desk.root.request("POST", path).data["code"]
    body = {"code": code, "password": OTHER_PASSWORD, "cookie": False}
    answer = desk.stranger().request("POST", "/api/user/reset", json=body)
    assert list(answer.data) == KEYS
    token = answer.data["token"]
    assert who(desk.stranger(), bearer(token)) == "ada"
    desk.stranger().request("GET", f"/api/user?token={token}", headers=bearer(token))
    records = desk.requests("query:prefix:token")
    whole = desk.root.request("GET", f"/api/ops/logs/{records[0]['id']}").text
    assert token.removeprefix("fds_") not in whole
