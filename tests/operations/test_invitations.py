"""Who may sign up, and invitations, over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from domain.operator import Scope
from tests.client import Client, Response
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import Desk, desk_in

PATH = "/api/ops/invitations"


@pytest.fixture
def invited(tmp_path: Path) -> Iterator[Desk]:
    """Where only who is invited may sign up; Ada was."""
    with desk_in(tmp_path, sign_up="invited") as desk:
        yield desk


def invite(desk: Desk, client: Any = None, **body: Any) -> Response:
    answer: Response = (client or desk.root).request("POST", PATH, json=body)
    return answer


def code_of(desk: Desk, **body: Any) -> str:
    return str(invite(desk, **body).data["code"])


def test_an_invitation_lets_in_one_with_its_roles(invited: Desk) -> None:
    made = invite(invited, note="for Grace", roles=["member"])
    assert made.status == 200
    assert {**made.data, "created_at": 0, "expires_at": 0, "code": 0} == {
        "id": made.data["id"],
        "note": "for Grace",
        "roles": ["member"],
        "uses": 1,
        "used": 0,
        "created_at": 0,
        "expires_at": 0,
        "revoked_at": None,
        "is_for_operator": False,
        "code": 0,
    }
    code, grace = made.data["code"], invited.stranger()
    for wrong in (None, "", "x", code[:-1], code.removeprefix("fdi_"), "fdi_" + "x" * 43):
        refused = grace.sign_up("grace", PASSWORD, invitation=wrong)
        assert (refused.status, refused.code) == (403, "sign_up_closed")
        assert "set-cookie" not in refused.headers
    admitted = grace.sign_up("grace", PASSWORD, invitation=code)
    assert (admitted.status, list(admitted.data)) == (200, ["id", "username", "signup_time"])
    assert grace.request("GET", "/api/session").data["user"]["roles"] == ["member"]
    assert invited.stranger().sign_up("eve", PASSWORD, invitation=code).code == "sign_up_closed"
    (row, *_) = invited.root.request("GET", PATH).data["rows"]
    assert (row["id"], row["note"], row["uses"], row["used"]) == (
        made.data["id"],
        "for Grace",
        1,
        1,
    )
    assert "digest" not in row
    kinds = [each["kind"] for each in grace.events().data["events"]]
    assert kinds == ["roles_changed", "invitation_used", "signed_up"]


def test_of_fifty_at_once_one_gets_in(invited: Desk) -> None:
    code = code_of(invited)
    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(
                lambda number: invited.stranger().sign_up(
                    f"user{number}", PASSWORD, invitation=code
                ),
                range(50),
            )
        )
    assert sorted(answer.status for answer in answers) == [200] + [403] * 49
    page = invited.root.request("GET", "/api/ops/tables/users/rows").data["rows"]
    assert len(page) == 3, "with root and Ada"


def test_revoked_it_lets_in_nobody(invited: Desk) -> None:
    made = invite(invited, uses=2).data
    path = f"{PATH}/{made['id']}"
    assert invited.stranger().sign_up("bob", PASSWORD, invitation=made["code"]).status == 200
    revoked = invited.root.request("DELETE", path)
    assert (revoked.status, revoked.data["used"], revoked.data["code"]) == (200, 1, None)
    assert invited.root.request("DELETE", path).data == revoked.data
    refused = invited.stranger().sign_up("eve", PASSWORD, invitation=made["code"])
    assert refused.code == "sign_up_closed"
    assert invited.root.request("DELETE", f"{PATH}/4711").code == "no_such_invitation"


def test_of_a_dismissed_operator_it_lets_in_nobody(invited: Desk) -> None:
    code = code_of(invited, roles=["admin"])
    assert invited.root.update(password=OTHER_PASSWORD, current_password=PASSWORD).status == 200
    refused = invited.stranger().sign_up("eve", PASSWORD, invitation=code)
    assert refused.code == "sign_up_closed"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"note": "x" * 201}, "invalid_note"),
        ({"note": "a\u202eb"}, "invalid_note"),
        ({"roles": ["Admin"]}, "invalid_roles"),
        ({"uses": 0}, "invalid_request"),
        ({"uses": 10_001}, "invalid_request"),
        ({"days": 0}, "invalid_request"),
        ({"days": 367}, "invalid_request"),
        ({"note": 1}, "invalid_request"),
    ],
    ids=str,
)
@pytest.mark.sqlite
def test_what_breaks_a_rule_is_refused(desk: Desk, body: dict[str, Any], problem: str) -> None:
    answer = invite(desk, **body)
    assert (answer.status, answer.code) == (400, problem)


def test_programs_invite_within_their_scopes(desk: Desk) -> None:
    creator = desk.with_key(desk.key(Scope.DATA_CREATE))
    assert invite(desk, creator).status == 200
    assert invite(desk, creator, roles=["admin"]).code == "insufficient_scope"
    both = desk.with_key(desk.key(Scope.DATA_CREATE, Scope.DATA_ROLES))
    assert invite(desk, both, roles=["admin"]).status == 200
    assert invite(desk, desk.with_key(desk.key(Scope.DATA_ROLES))).status == 403
    assert creator.request("GET", PATH).status == 403
    assert creator.request("DELETE", f"{PATH}/1").status == 403
    for client in (desk.ada, desk.stranger()):
        assert invite(desk, client).status in {401, 403}
        assert client.request("GET", PATH).status in {401, 403}


def test_where_sign_up_is_closed_operators_make_the_accounts(tmp_path: Path) -> None:
    with desk_in(tmp_path, sign_up="closed") as desk:
        code = code_of(desk)
        for invitation in (None, code):
            refused = desk.stranger().sign_up("grace", PASSWORD, invitation=invitation)
            assert (refused.status, refused.code) == (403, "sign_up_closed")
        made = desk.root.request(
            "POST", "/api/ops/users", json={"username": "grace", "password": PASSWORD}
        )
        assert made.status == 200
        assert desk.stranger().log_in("grace", PASSWORD).status == 200


def test_neither_code_nor_note_is_on_record(invited: Desk) -> None:
    code = code_of(invited, note="for Grace Hopper")
    invited.stranger().sign_up("grace", PASSWORD, invitation=code)
    bodies = [
        each
        for record in invited.requests("method:eq:POST", at_least=3)
        for each in [invited.root.request("GET", f"/api/ops/logs/{record['id']}").data]
    ]
    for body in bodies:
        assert code.removeprefix("fdi_") not in str(body)
        assert "Hopper" not in str(body)


def test_names_that_look_like_reserved_or_other_ones_are_taken(desk: Desk) -> None:
    grace: Client = desk.stranger()
    for name in ("admin", "\u0430dmin", "ROOT", "\u0430d\u0430", "ad\u0430"):
        refused = grace.sign_up(name, PASSWORD)
        assert (refused.status, refused.code) == (400, "username_taken")
    assert grace.sign_up("grace", PASSWORD).status == 200
    assert grace.update(username="suppоrt").code == "username_taken"
    assert grace.update(username="hopper").status == 200
    eve = desk.stranger()
    assert eve.sign_up("grace", PASSWORD).code == "username_taken"
    assert grace.update(username="grace").status == 200
    assert grace.delete_account(current_password=PASSWORD).status == 200
    for name in ("grace", "hopper"):
        assert eve.sign_up(name, PASSWORD).code == "username_taken"
    made = desk.root.request(
        "POST", "/api/ops/users", json={"username": "grace", "password": PASSWORD}
    )
    assert made.status == 200, "an operator may give it"


def test_what_is_reserved_can_be_set(tmp_path: Path) -> None:
    with desk_in(tmp_path, reserved_names=()) as desk:
        assert desk.stranger().sign_up("admin", PASSWORD).status == 200


OPERATORS = "/api/ops/operators"


def test_an_operator_invites_another_by_a_link_that_works_once(invited: Desk) -> None:
    made = invited.root.request("POST", f"{OPERATORS}/invitations", json={"note": "Grace"})
    assert (made.status, made.data["is_for_operator"]) == (200, True)
    body = {"invitation": made.data["code"], "username": "admin", "password": PASSWORD}
    grace = invited.stranger()
    refused = grace.sign_up("grace", PASSWORD, invitation=made.data["code"])
    assert refused.code == "sign_up_closed"
    for wrong in ("", "x" * 43, "fdo_" + "x" * 43, code_of(invited)):
        answer = grace.request("POST", OPERATORS, json={**body, "invitation": wrong})
        assert (answer.status, answer.code) == (403, "invalid_code")
    joined = grace.request("POST", OPERATORS, json=body)
    assert (joined.status, joined.data["username"]) == (200, "admin")
    assert grace.request("GET", "/api/ops/me").data["user"]["id"] == joined.data["id"]
    again = invited.stranger().request("POST", OPERATORS, json={**body, "username": "second"})
    assert again.code == "invalid_code"
    rows = invited.root.request("GET", PATH).data["rows"]
    shown = [(row["note"], row["is_for_operator"], row["used"]) for row in rows]
    assert shown == [("", False, 0), ("Grace", True, 1)]


def test_no_program_and_no_stranger_invites_an_operator(invited: Desk) -> None:
    path = f"{OPERATORS}/invitations"
    program = invited.with_key(invited.key(*Scope))
    assert invite_with(program, path).code == "operator_in_person_required"
    assert invite_with(invited.ada, path).code == "not_an_operator"
    assert invite_with(invited.stranger(), path).code == "not_signed_in"


def invite_with(client: Any, path: str) -> Response:
    answer: Response = client.request("POST", path, json={})
    return answer
