"""Many users at once, over HTTP."""

from typing import Any

import pytest

from domain.operator import Scope
from tests.client import Response
from tests.examples import PASSWORD
from tests.operations.conftest import Desk

PATH = "/api/ops/users/batch"


def batch(desk: Desk, client: Any = None, **body: Any) -> Response:
    answer: Response = (client or desk.root).request("POST", PATH, json=body)
    return answer


def crowd(desk: Desk, number: int = 3) -> list[int]:
    return [
        int(desk.stranger().sign_up(f"spam-{each}", PASSWORD).data["id"]) for each in range(number)
    ]


def test_each_has_its_outcome_and_its_event(desk: Desk) -> None:
    root = desk.root.me().data["id"]
    ids = crowd(desk)
    answer = batch(desk, ids=[*ids, root, 4711], action="disable", reason="Spam")
    assert answer.status == 200
    assert [(each["id"], each["changed"], each["code"]) for each in answer.data] == [
        *((user_id, True, None) for user_id in ids),
        (root, False, "operator_protected"),
        (4711, False, "no_such_user"),
    ]
    assert all(each["detail"] for each in answer.data if each["code"])
    for number in range(3):
        refused = desk.stranger().log_in(f"spam-{number}", PASSWORD)
        assert refused.code == "invalid_credentials"
    assert desk.root.me().status == 200
    page = desk.root.request(
        "GET", "/api/ops/tables/events/rows", params={"filter": "kind:eq:account_disabled"}
    ).data["rows"]
    assert [(each["user_id"], each["details"]) for each in page] == [
        (user_id, {"reason": "Spam"}) for user_id in reversed(ids)
    ]
    undone = batch(desk, ids=ids, action="enable").data
    assert [each["changed"] for each in undone] == [True] * 3
    assert desk.stranger().log_in("spam-0", PASSWORD).status == 200


def test_sessions_end_and_roles_change(desk: Desk) -> None:
    ada = desk.user_id()
    changed = batch(desk, ids=[ada], action="change_roles", add=["member"], remove=["guest"])
    assert changed.data[0]["changed"]
    assert desk.ada.request("GET", "/api/session").data["user"]["roles"] == ["member"]
    assert batch(desk, ids=[ada], action="end_sessions").data[0]["changed"]
    assert desk.ada.me().status == 401


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ids": [], "action": "disable"}, "invalid_request"),
        ({"ids": list(range(1, 502)), "action": "disable"}, "invalid_request"),
        ({"ids": [0], "action": "disable"}, "invalid_request"),
        ({"ids": [1], "action": "delete"}, "invalid_request"),
        ({"ids": [1]}, "invalid_request"),
        ({"ids": [1], "action": "disable", "reason": "x" * 201}, "invalid_reason"),
        ({"ids": [1], "action": "change_roles", "add": ["Admin"]}, "invalid_roles"),
    ],
)
def test_what_breaks_a_rule_is_refused(shared: Desk, body: dict[str, Any], code: str) -> None:
    answer = batch(shared, **body)
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.sqlite
def test_a_program_needs_the_scope_of_the_action(desk: Desk) -> None:
    ada = [desk.user_id()]
    allowed = {
        "disable": Scope.DATA_UPDATE,
        "enable": Scope.DATA_UPDATE,
        "end_sessions": Scope.DATA_DELETE,
        "change_roles": Scope.DATA_ROLES,
    }
    for scope in (*allowed.values(), Scope.DATA_VIEW):
        program = desk.with_key(desk.key(scope))
        for action, needed in allowed.items():
            answer = batch(desk, program, ids=ada, action=action)
            assert answer.status == (200 if scope is needed else 403), (scope, action)
    assert batch(desk, desk.ada, ids=ada, action="disable").status in {401, 403}


def test_why_one_user_is_disabled_goes_on_record(desk: Desk) -> None:
    path = f"/api/ops/users/{desk.user_id()}"
    assert desk.root.request("POST", f"{path}/disable", json={"reason": "a\u202eb"}).status == 400
    disabled = desk.root.request("POST", f"{path}/disable", json={"reason": "asked for it"})
    assert disabled.status == 200
    assert desk.root.request("POST", f"{path}/enable").status == 200
    desk.ada.log_in("ada", PASSWORD)
    told = {each["kind"]: each["details"] for each in desk.ada.events().data["events"]}
    assert told["account_disabled"] == {"reason": "asked for it"}
