"""Your sessions, your events, your export, your leaving."""

import pytest

from tests.client import Client
from tests.examples import OTHER_PASSWORD, PASSWORD, fresh_name

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def log_in_with(client: Client, name: str, user_agent: str, password: str = PASSWORD) -> None:
    body = {"username": name, "password": password}
    headers = {"user-agent": user_agent}
    assert client.request("POST", "/api/user/login", json=body, headers=headers).status == 200


def test_a_user_sees_a_strangers_login_ends_it_and_knows_that_everyone_else_is_out(
    client: Client,
) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    stranger = client.another()
    log_in_with(stranger, name, IPHONE)

    sessions = client.sessions().data
    assert [(each["device"], each["current"]) for each in sessions] == [
        ("Mobile Safari on iOS", False),
        (sessions[1]["device"], True),
    ]
    ended = client.end_session(sessions[0]["id"])
    assert (ended.status, ended.data) == (200, {"ended": 1})
    assert stranger.me().status == 401

    log_in_with(stranger, name, IPHONE)
    assert client.update(password=OTHER_PASSWORD).status == 200
    assert stranger.me().status == 401
    assert stranger.log_in(name, PASSWORD).status == 403
    assert len(client.sessions().data) == 1
    kinds = [event["kind"] for event in client.events().data["events"]]
    assert kinds == [
        "login_refused",
        "sessions_ended",
        "password_changed",
        "logged_in",
        "sessions_ended",
        "logged_in",
        "signed_up",
    ]


def test_a_session_is_shown_with_all_that_helps_to_recognise_it(client: Client) -> None:
    name = fresh_name()
    client.another().sign_up(name, PASSWORD)
    log_in_with(client, name, FIREFOX)
    newest = client.sessions().data[0]
    assert list(newest) == ["id", "current", "created", "last_seen", "expires", "address", "device"]
    assert newest["device"] == "Firefox on Linux"
    assert newest["current"]
    assert newest["created"] < newest["expires"]
    assert newest["address"] == "127.0.0.1"
    assert client.cookies["sessionid"] not in client.sessions().text


def test_somebody_elses_session_is_not_found(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    other = client.another()
    other.sign_up(fresh_name(), PASSWORD)
    (theirs,) = other.sessions().data
    for session_id in (theirs["id"], 10**12, 10**30, 0, -1):
        refused = client.end_session(session_id)
        assert (refused.status, refused.code) == (404, "no_such_session")
    assert other.me().status == 200


def test_ending_the_current_session_is_a_logout(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    (current,) = client.sessions().data
    response = client.end_session(current["id"])
    assert response.status == 200
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert client.me().status == 401


def test_ending_all_others_says_how_many(client: Client) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    others = [client.another() for _ in range(3)]
    for other in others:
        other.log_in(name, PASSWORD)
    assert client.end_other_sessions().data == {"ended": 3}
    assert [other.me().status for other in others] == [401] * 3
    assert client.me().status == 200
    assert client.end_other_sessions().data == {"ended": 0}


def test_there_are_at_most_twenty_sessions(client: Client) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    others = [client.another() for _ in range(20)]
    for other in others:
        other.log_in(name, PASSWORD)
    assert client.me().status == 401, "the oldest"
    assert [other.me().status for other in others] == [200] * 20
    assert len(others[0].sessions().data) == 20


def test_events_come_in_pages(client: Client) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    for _ in range(4):
        client.update(username=fresh_name())
    seen, before = [], None
    for _ in range(3):
        page = client.events(before=before, limit=2).data
        seen += [event["kind"] for event in page["events"]]
        before = page["next"]
    assert seen == ["renamed"] * 4 + ["signed_up"]
    assert before is None


@pytest.mark.parametrize("query", ["before=0", "before=x", "limit=0", "limit=101", "limit=1.5"])
def test_a_page_that_makes_no_sense_is_refused(client: Client, query: str) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    response = client.request("GET", f"/api/user/events?{query}")
    assert (response.status, response.code) == (400, "invalid_request")


def test_the_export_holds_everything_but_the_hash(client: Client) -> None:
    name = fresh_name()
    user = client.sign_up(name, PASSWORD).data
    client.update(username=fresh_name())
    export = client.export()
    assert "attachment" in export.headers["content-disposition"]
    assert list(export.data) == ["exported", "user", "usage", "sessions", "events", "requests"]
    assert export.data["user"]["id"] == user["id"]
    usage, (session,) = export.data["usage"], export.data["sessions"]
    assert (usage["signup_address"], usage["last_address"]) == (session["address"],) * 2
    assert usage["last_used"]
    assert export.data["sessions"] == client.sessions().data
    assert export.data["events"] == client.events().data["events"]
    for secret in ("$2b$", "hmac", client.cookies["sessionid"], PASSWORD):
        assert secret not in export.text


def test_leaving_takes_everything_along(client: Client) -> None:
    name = fresh_name()
    user = client.sign_up(name, PASSWORD).data
    other = client.another()
    other.log_in(name, PASSWORD)
    receipt = client.delete_account(current_password=PASSWORD)
    assert receipt.status == 200
    assert receipt.data["user"] == user
    assert (receipt.data["sessions"], receipt.data["events"]) == (2, 2)
    assert "Max-Age=0" in receipt.headers["set-cookie"]
    assert (client.me().status, other.me().status) == (401, 401)
    assert client.log_in(name, PASSWORD).status == 403
    assert client.sign_up(name, OTHER_PASSWORD).code == "username_taken", "for 90 days"
    again = client.sign_up(fresh_name(), OTHER_PASSWORD)
    assert again.data["id"] > user["id"]
    assert [event["kind"] for event in client.events().data["events"]] == ["signed_up"]


def test_leaving_moments_after_a_login_needs_no_password_but_never_a_wrong_one(
    client: Client,
) -> None:
    client.sign_up(fresh_name(), PASSWORD)
    refused = client.delete_account(current_password="wrong")
    assert (refused.status, refused.code) == (403, "invalid_credentials")
    assert client.me().status == 200
    assert client.delete_account().status == 200
    assert client.delete_account().status == 401
