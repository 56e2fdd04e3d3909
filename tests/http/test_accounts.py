"""What each call answers, as docs/api.md has it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.client import Client, Response
from tests.examples import OTHER_PASSWORD, PASSWORD, fresh_name

RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def cookie_of(response: Response) -> dict[str, str]:
    """The attributes of the session cookie set, in lower case; its value as `value`."""
    (header,) = [
        each for each in response.headers.get_list("set-cookie") if each.startswith("sessionid=")
    ]
    first, *rest = [part.strip() for part in header.split(";")]
    value = first.partition("=")[2]
    attributes = dict(part.partition("=")[::2] for part in rest)
    return {"value": value, **{key.lower(): value for key, value in attributes.items()}}


def test_sign_up_answers_the_account_and_signs_in(client: Client) -> None:
    name = fresh_name()
    response = client.sign_up(name, PASSWORD)
    assert response.status == 200
    assert list(response.data) == ["id", "username", "signup_time"]
    assert response.data["id"] > 0
    assert response.data["username"] == name
    assert RFC3339_UTC.fullmatch(response.data["signup_time"])
    signup_time = datetime.fromisoformat(response.data["signup_time"])
    assert abs(datetime.now(UTC) - signup_time) < timedelta(minutes=1)
    assert client.me().data == response.data


def test_the_cookie_has_the_attributes_it_should_have(client: Client) -> None:
    cookie = cookie_of(client.sign_up(fresh_name(), PASSWORD))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", cookie.pop("value"))
    assert cookie == {"httponly": "", "max-age": "604800", "path": "/", "samesite": "lax"}


@pytest.mark.parametrize("spelling", [str, str.upper, str.title])
def test_a_taken_name_is_refused(client: Client, spelling: type[str]) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    response = client.another().sign_up(spelling(name), OTHER_PASSWORD)
    assert (response.status, response.code) == (400, "username_taken")
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    ("username", "password", "problem", "field"),
    [
        ("", PASSWORD, "invalid_username", "username"),
        ("x" * 21, PASSWORD, "invalid_username", "username"),
        ("two words", PASSWORD, "invalid_username", "username"),
        ("nul\0", PASSWORD, "invalid_username", "username"),
        ("someone", "12345", "invalid_password", "password"),
        ("someone", "x" * 1025, "invalid_password", "password"),
    ],
)
def test_an_invalid_field_is_refused_by_name(
    client: Client, username: str, password: str, problem: str, field: str
) -> None:
    response = client.sign_up(username, password)
    assert (response.status, response.code) == (400, problem)
    assert [error["field"] for error in response.data["errors"]] == [field]


def test_login_answers_the_account_and_a_new_cookie(client: Client) -> None:
    name = fresh_name()
    signed_up = client.sign_up(name, PASSWORD)
    first = client.cookies["sessionid"]
    logged_in = client.log_in(name.upper(), PASSWORD)
    assert (logged_in.status, logged_in.data) == (200, signed_up.data)
    assert cookie_of(logged_in)["value"] not in ("", first)
    assert client.me().data == signed_up.data


def test_wrong_password_and_unknown_name_are_told_alike(client: Client) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    answers = [
        client.another().log_in(*credentials)
        for credentials in ((name, "wrong"), (fresh_name(), PASSWORD), (name, "x" * 9000), ("", ""))
    ]
    assert {(each.status, each.code) for each in answers} == {(403, "invalid_credentials")}
    assert len({each.text for each in answers}) == 1
    assert len({frozenset(each.headers) for each in answers}) == 1
    assert not any("set-cookie" in each.headers for each in answers)


def test_logout_ends_the_session_and_clears_the_cookie(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    token = client.cookies["sessionid"]
    response = client.log_out()
    assert (response.status, response.text) == (200, "")
    cleared = cookie_of(response)
    assert (cleared["value"].strip('"'), cleared["max-age"], cleared["path"]) == ("", "0", "/")
    stolen = client.request("GET", "/api/user", headers={"cookie": f"sessionid={token}"})
    assert stolen.status == 401


def test_logout_is_harmless_when_not_signed_in(client: Client) -> None:
    assert client.log_out().status == 200


def test_reading_yourself_needs_a_session(client: Client) -> None:
    response = client.me()
    assert (response.status, response.code) == (401, "not_signed_in")
    assert response.headers["www-authenticate"]
    assert response.headers["content-type"] == "application/problem+json"


def test_update_changes_what_is_given_and_nothing_else(client: Client) -> None:
    before = client.sign_up(fresh_name(), PASSWORD).data
    name = fresh_name()
    response = client.update(username=name)
    assert (response.status, response.data) == (200, {**before, "username": name})
    assert "set-cookie" not in response.headers
    assert client.another().log_in(name, PASSWORD).data == response.data


def test_update_ignores_id_and_unknown_fields(client: Client) -> None:
    before = client.sign_up(fresh_name(), PASSWORD).data
    body = {"id": before["id"] + 1000, "signup_time": "2000-01-01T00:00:00Z", "admin": True}
    response = client.request("PUT", "/api/user", json=body)
    assert (response.status, response.data) == (200, before)
    assert client.me().data == before


def test_update_needs_a_session(client: Client) -> None:
    assert client.update(username=fresh_name()).status == 401


def test_update_refuses_a_taken_name(client: Client) -> None:
    name = fresh_name()
    client.another().sign_up(name, PASSWORD)
    before = client.sign_up(fresh_name(), PASSWORD).data
    response = client.update(username=name.upper(), password=OTHER_PASSWORD)
    assert (response.status, response.code) == (400, "username_taken")
    assert client.me().data == before
    assert client.another().log_in(before["username"], PASSWORD).status == 200


def test_a_new_password_ends_all_other_sessions_and_renews_this_one(client: Client) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    others = [client.another() for _ in range(3)]
    for other in others:
        other.log_in(name, PASSWORD)
    old_token = client.cookies["sessionid"]
    response = client.update(password=OTHER_PASSWORD)
    assert response.status == 200
    assert cookie_of(response)["value"] not in ("", old_token)
    assert client.me().status == 200
    assert [other.me().status for other in others] == [401] * 3
    assert client.another().log_in(name, PASSWORD).status == 403
    assert client.another().log_in(name, OTHER_PASSWORD).status == 200


def test_a_wrong_current_password_is_refused(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    response = client.update(password=OTHER_PASSWORD, current_password="wrong")
    assert (response.status, response.code) == (403, "invalid_credentials")
    assert client.update(password=OTHER_PASSWORD, current_password=PASSWORD).status == 200


def test_usernames_of_any_script_come_back_as_they_were_written(client: Client) -> None:
    for name in ("日本" + fresh_name(), "<b>&amp;" + fresh_name()[:9], "Łé" + fresh_name()):
        assert client.sign_up(name, PASSWORD).data["username"] == name


def test_ids_are_never_used_twice(client: Client) -> None:
    ids = [client.another().sign_up(fresh_name(), PASSWORD).data["id"] for _ in range(3)]
    assert ids == sorted(set(ids))
