"""What operators do to accounts, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.operator import Scope
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import Desk

WEIRD = "a\u0301<b>&\"'"
NOBODY = 10**30


def row(desk: Desk, user_id: int) -> dict[str, Any]:
    answer = desk.root.request("GET", f"/api/ops/tables/users/rows/{user_id}")
    assert answer.status == 200
    return dict(answer.data)


def edit(desk: Desk, user_id: int, **changes: Any) -> Any:
    return desk.root.request("PATCH", f"/api/ops/users/{user_id}", json=changes)


def kinds(desk: Desk, user_id: int) -> list[str]:
    feed = desk.root.request("GET", "/api/ops/events").data["events"]
    return [each["kind"] for each in feed if each["user_id"] == user_id and each["actor_id"]]


def test_create_edit_disable_enable_delete(desk: Desk) -> None:
    made = desk.root.request(
        "POST", "/api/ops/users", json={"username": WEIRD, "password": PASSWORD}
    )
    assert made.status == 200
    user = made.data
    assert (user["is_operator"], user["disabled_at"], user["version"]) == (False, None, 1)
    somebody = desk.stranger()
    assert somebody.log_in(WEIRD, PASSWORD).status == 200
    renamed = edit(desk, user["id"], version=1, username="Grace")
    assert (renamed.data["username"], renamed.data["version"]) == ("Grace", 2)
    assert somebody.me().data["username"] == "Grace"
    for _ in range(2):
        assert desk.root.request("POST", f"/api/ops/users/{user['id']}/disable").status == 200
    assert somebody.me().status == 401
    assert somebody.log_in("Grace", PASSWORD).code == "invalid_credentials"
    enabled = desk.root.request("POST", f"/api/ops/users/{user['id']}/enable")
    assert (enabled.data["disabled_at"], enabled.data["version"]) == (None, 4)
    assert somebody.log_in("Grace", PASSWORD).status == 200
    gone = desk.root.request("DELETE", f"/api/ops/users/{user['id']}")
    assert (gone.status, gone.data["sessions"]) == (200, 1)
    assert somebody.me().status == 401
    assert kinds(desk, user["id"]) == [
        "account_created",
        "renamed",
        "account_disabled",
        "sessions_ended",
        "account_enabled",
        "account_deleted",
    ]


def test_the_second_of_two_edits_is_told_and_changes_nothing(desk: Desk) -> None:
    user_id = desk.user_id()
    assert edit(desk, user_id, version=1, username="first").status == 200
    second = edit(desk, user_id, version=1, username="second", password=OTHER_PASSWORD)
    assert (second.status, second.code) == (409, "edit_conflict")
    assert row(desk, user_id)["username"] == "first"
    assert desk.ada.me().status == 200, "its sessions go on"


@pytest.mark.parametrize("body", [{}, {"version": 0}, {"version": 1, "username": 5}])
def test_an_edit_of_another_shape_is_refused(shared: Desk, body: dict[str, Any]) -> None:
    assert edit(shared, shared.user_id(), **body).code == "invalid_request"


def test_the_rules_are_those_of_a_sign_up(shared: Desk) -> None:
    for username, password, code in (
        ("ADA", PASSWORD, "username_taken"),
        ("a b", PASSWORD, "invalid_username"),
        ("new", "short", "invalid_password"),
    ):
        body = {"username": username, "password": password}
        assert shared.root.request("POST", "/api/ops/users", json=body).code == code


def test_nobody_can_be_changed(shared: Desk) -> None:
    for user_id in (4711, 0, NOBODY):
        for method, path in (
            ("POST", "disable"),
            ("POST", "enable"),
            ("POST", "reset-code"),
            ("DELETE", "sessions"),
            ("DELETE", "sessions/1"),
        ):
            answer = shared.root.request(method, f"/api/ops/users/{user_id}/{path}")
            assert (answer.status, answer.code) == (404, "no_such_user"), path
    assert shared.root.request("DELETE", "/api/ops/users/4711").code == "no_such_user"
    assert edit(shared, 4711, version=1).code == "no_such_user"


def test_a_reset_code_lets_the_user_in_once(desk: Desk) -> None:
    given = desk.root.request("POST", f"/api/ops/users/{desk.user_id()}/reset-code").data
    expires = datetime.fromisoformat(given["expires"])
    assert timedelta(hours=23) < expires - datetime.now(UTC) <= timedelta(hours=24)
    somebody = desk.stranger()
    body = {"code": given["code"], "password": OTHER_PASSWORD}
    weak = somebody.request("POST", "/api/user/reset", json={**body, "password": "x"})
    assert weak.code == "invalid_password"
    assert somebody.request("POST", "/api/user/reset", json=body).status == 200
    assert somebody.me().data["username"] == "ada"
    assert desk.ada.me().status == 401
    again = desk.stranger().request("POST", "/api/user/reset", json=body)
    assert (again.status, again.code) == (403, "invalid_code")
    made_up = desk.stranger().request(
        "POST", "/api/user/reset", json={"code": "x", "password": PASSWORD}
    )
    assert made_up.code == "invalid_code"


def test_sessions_of_a_user_are_seen_and_ended(desk: Desk) -> None:
    user_id, second = desk.user_id(), desk.stranger()
    second.log_in("ada", PASSWORD)
    listed = desk.root.request(
        "GET",
        "/api/ops/tables/sessions/rows",
        params={"filter": f"user_id:eq:{user_id}", "sort": "id"},
    ).data["rows"]
    assert len(listed) == 2
    path = f"/api/ops/users/{user_id}/sessions"
    one = desk.root.request("DELETE", f"{path}/{listed[0]['id']}")
    assert one.data == {"ended": 1}
    assert (desk.ada.me().status, second.me().status) == (401, 200)
    again = desk.root.request("DELETE", f"{path}/{listed[0]['id']}")
    assert (again.status, again.code) == (404, "no_such_session")
    assert desk.root.request("DELETE", path).data == {"ended": 1}
    assert second.me().status == 401


def test_a_user_sees_what_an_operator_did_but_not_from_where(desk: Desk) -> None:
    user_id = desk.user_id()
    edit(desk, user_id, version=1, username="renamed")
    renamed, signed_up = desk.ada.events().data["events"]
    assert (renamed["kind"], renamed["address"], renamed["device"]) == ("renamed", "", "")
    assert renamed["by_operator"]
    assert signed_up["address"]
    assert not signed_up["by_operator"]


def test_keys_are_listed_used_and_revoked(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.TOKEN_VIEW, Scope.DATA_VIEW))
    listed = program.request("GET", "/api/ops/tokens").data["rows"]
    assert [each["name"] for each in listed] == ["test"]
    assert "digest" not in listed[0]
    assert program.request("GET", "/api/ops/tables").status == 200
    revoked = desk.root.request("DELETE", f"/api/ops/tokens/{listed[0]['id']}")
    assert revoked.status == 200
    assert program.request("GET", "/api/ops/tables").status == 401
    again = desk.root.request("DELETE", f"/api/ops/tokens/{listed[0]['id']}")
    assert again.code == "no_such_token"
    made = {"name": "x", "scopes": [], "days": 1}
    assert desk.root.request("POST", "/api/ops/tokens", json=made).code == "invalid_request"
    bad = {"name": "\u202e", "scopes": ["api.view"]}
    assert desk.root.request("POST", "/api/ops/tokens", json=bad).code == "invalid_token_name"


def test_a_program_cannot_become_more(desk: Desk) -> None:
    program = desk.with_key(desk.key(*Scope))
    me = desk.root.request("GET", "/api/ops/me").data["user"]["id"]
    for method, path, body in (
        ("POST", "/api/ops/tokens", {"name": "x", "scopes": ["api.view"]}),
        ("PATCH", f"/api/ops/users/{me}", {"version": 1, "password": OTHER_PASSWORD}),
        ("POST", f"/api/ops/users/{me}/reset-code", None),
        ("DELETE", f"/api/ops/users/{me}", None),
    ):
        answer = program.request(method, path, json=body)
        assert (answer.status, answer.code) == (403, "operator_in_person_required"), path


def pages(desk: Desk, **params: Any) -> Iterator[dict[str, Any]]:
    asked = {**params, "limit": 2}
    while True:
        page = desk.root.request("GET", "/api/ops/tables/users/rows", params=asked)
        assert page.status == 200
        yield from page.data["rows"]
        if page.data["next"] is None:
            return
        asked["after"] = page.data["next"]


def test_rows_are_searched_counted_and_paged(desk: Desk) -> None:
    for number in range(5):
        body = {"username": f"Zoë{number}", "password": PASSWORD}
        assert desk.root.request("POST", "/api/ops/users", json=body).status == 200
    found = [each["username"] for each in pages(desk, filter="username:prefix:zoë")]
    assert found == [f"Zoë{number}" for number in range(5)]
    counted = desk.root.request(
        "GET", "/api/ops/tables/users/count", params={"filter": "username:contains:OË"}
    )
    assert counted.data == {"count": 5, "relation": "exact"}
    chosen = desk.root.request(
        "GET", "/api/ops/tables/users/rows", params={"columns": "id, username", "limit": 1}
    )
    assert list(chosen.data["rows"][0]) == ["id", "username"]
    values = desk.root.request("GET", "/api/ops/tables/users/values/is_operator").data
    assert values == [{"value": False, "count": 6}, {"value": True, "count": 1}]


@pytest.mark.parametrize(
    "params",
    [
        {"filter": "id"},
        {"filter": "id:eq"},
        {"filter": "id:like:1"},
        {"filter": ":eq:1"},
        {"filter": "password_hash:prefix:$2b"},
        {"sort": "password_hash"},
        {"columns": "password_hash"},
        {"columns": "id,"},
        {"after": "!!!"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_told(shared: Desk, params: dict[str, str]) -> None:
    answer = shared.root.request("GET", "/api/ops/tables/users/rows", params=params)
    assert (answer.status, answer.code) == (400, "invalid_query")


def test_the_feed_can_be_waited_for(desk: Desk) -> None:
    seen = desk.root.request("GET", "/api/ops/events").data["next"]
    nothing = desk.root.request("GET", "/api/ops/events", params={"after": seen, "wait": 0.3})
    assert nothing.data == {"events": [], "next": seen}
    desk.ada.update(username="augusta")
    feed = desk.root.request("GET", "/api/ops/events", params={"after": seen, "wait": 5}).data
    assert [each["kind"] for each in feed["events"]] == ["renamed"]
    assert feed["next"] != seen
