"""Roles and metadata over HTTP, and keys that may do nothing else."""

import re
from typing import Any

import pytest

from domain.operator import Scope
from tests.operations.conftest import Desk


def labels(desk: Desk, client: Any = None, user_id: int | None = None, **body: Any) -> Any:
    path = f"/api/ops/users/{user_id or desk.user_id()}/roles"
    return (client or desk.root).request("PUT", path, json={"version": 1, **body})


def test_applications_and_the_user_see_them_and_the_account_stays_as_it_was(desk: Desk) -> None:
    answer = labels(desk, roles=["member", "editor"], metadata={"plan": "pro"})
    assert answer.status == 200
    assert (answer.data["roles"], answer.data["version"]) == (["editor", "member"], 2)
    session = desk.ada.request("GET", "/api/session").data
    assert list(session["user"]) == ["id", "username", "roles", "metadata"]
    assert session["user"]["roles"] == ["editor", "member"]
    assert session["user"]["metadata"] == {"plan": "pro"}
    assert list(session["session"]) == ["id", "created", "expires", "fresh_until"]
    exported = desk.ada.export().data["user"]
    assert (exported["roles"], exported["metadata"]) == (["editor", "member"], {"plan": "pro"})
    assert list(desk.ada.me().data) == ["id", "username", "signup_time"]
    row = desk.root.request("GET", f"/api/ops/tables/users/rows/{desk.user_id()}").data
    assert (row["roles"], row["metadata"]) == ("editor,member", {"plan": "pro"})
    assert labels(desk, roles=[]).code == "edit_conflict"
    assert labels(desk, roles=[], version=2).status == 200
    assert desk.ada.request("GET", "/api/session").data["user"]["roles"] == []
    assert desk.ada.request("GET", "/api/authz?role=member").status == 403
    kinds = [each["kind"] for each in desk.ada.events().data["events"]]
    assert kinds[:3] == ["roles_changed", "metadata_changed", "roles_changed"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"roles": ["Admin"]}, "invalid_roles"),
        ({"roles": ["a,b"]}, "invalid_roles"),
        ({"roles": ["a\r\nx-evil: 1"]}, "invalid_roles"),
        ({"roles": [f"r{number}" for number in range(21)]}, "invalid_roles"),
        ({"metadata": {"a": "x" * 4_096}}, "invalid_metadata"),
        (
            {"metadata": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {}}}}}}}}}},
            "invalid_metadata",
        ),
        ({"metadata": {"a": "\0"}}, "invalid_metadata"),
        ({"metadata": ["a"]}, "invalid_request"),
        ({"roles": "member"}, "invalid_request"),
        ({"version": 0}, "invalid_request"),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_refused(desk: Desk, body: dict[str, Any], problem: str) -> None:
    answer = labels(desk, **body)
    assert (answer.status, answer.code) == (400, problem)


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity", "1" * 400])
def test_a_number_that_json_does_not_have_is_refused(desk: Desk, number: str) -> None:
    answer = desk.root.request(
        "PUT",
        f"/api/ops/users/{desk.user_id()}/roles",
        content=f'{{"version": 1, "metadata": {{"a": {number}}}}}'.encode(),
        headers={"content-type": "application/json"},
    )
    assert answer.status in (200, 400)
    session = desk.ada.request("GET", "/api/session")
    assert session.status == 200
    assert "Infinity" not in session.text
    assert "NaN" not in session.text


def test_a_key_for_roles_does_nothing_else_and_touches_no_operator(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.DATA_ROLES))
    assert labels(desk, program, roles=["member"]).status == 200
    assert labels(desk, program, user_id=1, roles=["member"]).code == "operator_in_person_required"
    rename = {"version": 2, "username": "other"}
    path = f"/api/ops/users/{desk.user_id()}"
    assert program.request("PATCH", path, json=rename).code == "insufficient_scope"
    others = desk.with_key(desk.key(*(set(Scope) - {Scope.DATA_ROLES})))
    assert labels(desk, others, roles=["x"], version=2).code == "insufficient_scope"


def test_a_key_for_events_follows_them_and_sees_nothing_else(desk: Desk) -> None:
    program = desk.with_key(desk.key(Scope.EVENTS_VIEW))
    assert program.request("GET", "/api/ops/events").status == 200
    assert desk.with_key(desk.key(Scope.DATA_VIEW)).request("GET", "/api/ops/events").status == 200
    document = desk.root.request("GET", "/schema/openapi.json").data
    asked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            needs = [each for each in operation.get("security", []) if "accessToken" in each]
            if not needs or {"accessToken": ["events.view"]} in needs:
                continue
            body: dict[str, Any] | None = {} if method in ("put", "patch", "post") else None
            answer = program.request(method.upper(), re.sub(r"\{\w+\}", "1", path), json=body)
            assert (answer.status, answer.code) == (403, "insufficient_scope"), path
            asked += 1
    assert asked > 20


def test_records_of_requests_have_neither(desk: Desk) -> None:
    assert labels(desk, roles=["member"], metadata={"phone": "555 0100"}).status == 200
    (row,) = desk.requests("method:eq:PUT")
    whole = desk.root.request("GET", f"/api/ops/logs/{row['id']}").text
    assert "555 0100" not in whole
    assert "member" not in whole
