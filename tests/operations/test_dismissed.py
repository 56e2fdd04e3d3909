"""Who was dismissed, or whose secrets were changed, keeps no power: over HTTP, as an attacker would
try it.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.operator import Scope
from domain.user import Username
from entrypoints.server import set_up_code
from entrypoints.services import build_services
from tests.client import Client
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import COMMAND_LINE, Desk, make_operator

Dismiss = Callable[[Desk, int], None]


@pytest.fixture
def boss(desk: Desk) -> Client:
    """The one who dismisses; `desk.root` is dismissed."""
    make_operator(desk.settings, "boss")
    boss = desk.stranger()
    assert boss.log_in("boss", PASSWORD).status == 200
    return boss


def id_of(client: Client) -> int:
    return int(client.me().data["id"])


def code_for(by: Client, user_id: int) -> str:
    made = by.request("POST", f"/api/ops/users/{user_id}/reset-code")
    assert made.status == 200, made.text
    return str(made.data["code"])


def reset(desk: Desk, code: str) -> int:
    body = {"code": code, "password": "taken-over-1"}
    return desk.stranger().request("POST", "/api/user/reset", json=body).status


@pytest.mark.parametrize("dismissal", ["disable", "delete", "disable and enable", "new password"])
@pytest.mark.parametrize("victim", ["boss", "ada"])
def test_codes_of_a_dismissed_operator_are_void(
    desk: Desk, boss: Client, dismissal: str, victim: str
) -> None:
    target = {"boss": boss, "ada": desk.ada}[victim]
    code, dismissed = code_for(desk.root, id_of(target)), id_of(desk.root)
    path = f"/api/ops/users/{dismissed}"
    match dismissal:
        case "delete":
            ended = boss.request("DELETE", path)
        case "new password":
            version = boss.request("GET", f"/api/ops/tables/users/rows/{dismissed}").data["version"]
            body = {"version": version, "password": OTHER_PASSWORD}
            ended = boss.request("PATCH", path, json=body)
        case _:
            ended = boss.request("POST", f"{path}/disable")
            if "enable" in dismissal.removeprefix("disable"):
                assert boss.request("POST", f"{path}/enable").status == 200
    assert ended.status == 200, ended.text
    assert reset(desk, code) == 403
    assert target.me().status == 200, "and nothing has happened"


def test_codes_of_a_revoked_key_are_void(desk: Desk, boss: Client) -> None:
    made = desk.root.request(
        "POST", "/api/ops/tokens", json={"name": "script", "scopes": [Scope.DATA_UPDATE]}
    ).data
    program = desk.with_key(made["token"])
    code = program.request("POST", f"/api/ops/users/{desk.user_id()}/reset-code").data["code"]
    assert boss.request("DELETE", f"/api/ops/tokens/{made['id']}").status == 200
    assert reset(desk, code) == 403


def test_codes_of_an_operator_in_office_are_valid(desk: Desk) -> None:
    assert reset(desk, code_for(desk.root, desk.user_id())) == 200


def test_codes_and_keys_of_a_demoted_operator_end(desk: Desk, boss: Client) -> None:
    code, key = code_for(desk.root, desk.user_id()), desk.key(Scope.DATA_VIEW)
    demoted = boss.request("POST", f"/api/ops/users/{id_of(desk.root)}/demote")
    assert (demoted.status, demoted.data["is_operator"]) == (200, False)
    assert desk.root.request("GET", "/api/ops/me").status == 403
    assert desk.root.me().status == 200, "the account stays"
    assert desk.with_key(key).request("GET", "/api/ops/tables").status == 401
    assert reset(desk, code) == 403


def _own_change(desk: Desk, _: Client) -> None:
    assert desk.root.update(password=OTHER_PASSWORD, current_password=PASSWORD).status == 200


def _reset(desk: Desk, boss: Client) -> None:
    assert reset(desk, code_for(boss, id_of(desk.root))) == 200


def _set_by_another(desk: Desk, boss: Client) -> None:
    path = f"/api/ops/users/{id_of(desk.root)}"
    version = boss.request("GET", f"/api/ops/tables/users/rows/{id_of(desk.root)}").data["version"]
    body = {"version": version, "password": OTHER_PASSWORD}
    assert boss.request("PATCH", path, json=body).status == 200


def _disabled_for_a_moment(desk: Desk, boss: Client) -> None:
    path = f"/api/ops/users/{id_of(desk.root)}"
    for verb in ("disable", "enable"):
        assert boss.request("POST", f"{path}/{verb}").status == 200


@pytest.mark.parametrize("change", [_own_change, _reset, _set_by_another, _disabled_for_a_moment])
def test_access_keys_die_with_the_password_and_the_account(
    desk: Desk, boss: Client, change: Callable[[Desk, Client], None]
) -> None:
    stolen = desk.with_key(desk.key(Scope.DATA_VIEW))
    assert stolen.request("GET", "/api/ops/tables").status == 200
    change(desk, boss)
    assert stolen.request("GET", "/api/ops/tables").status == 401


def test_keys_are_kept_if_their_owner_says_so_moments_after_a_login(desk: Desk) -> None:
    kept = desk.with_key(desk.key(Scope.DATA_VIEW))
    body = {"password": OTHER_PASSWORD, "current_password": PASSWORD, "keep_access_tokens": True}
    assert desk.root.request("PUT", "/api/user", json=body).status == 200
    assert kept.request("GET", "/api/ops/tables").status == 200


def test_it_is_on_record_that_a_key_ended(desk: Desk) -> None:
    desk.key(Scope.DATA_VIEW)
    assert desk.root.update(password=OTHER_PASSWORD).status == 200
    events = desk.root.events().data["events"]
    (ended,) = [each for each in events if each["kind"] == "token_revoked"]
    assert ended["details"]["why"] == "password_changed"


@pytest.mark.parametrize("verb", ["disable", "demote", "delete", "leave"])
def test_the_last_operator_cannot_leave(desk: Desk, verb: str) -> None:
    path = f"/api/ops/users/{id_of(desk.root)}"
    if verb == "leave":
        answer = desk.root.delete_account()
    elif verb == "delete":
        answer = desk.root.request("DELETE", path)
    else:
        answer = desk.root.request("POST", f"{path}/{verb}")
    assert (answer.status, answer.code) == (409, "last_operator")
    assert desk.root.request("GET", "/api/ops/me").status == 200


def test_a_disabled_operator_does_not_count_as_another(desk: Desk, boss: Client) -> None:
    assert desk.root.request("POST", f"/api/ops/users/{id_of(boss)}/disable").status == 200
    assert desk.root.delete_account().code == "last_operator"


@pytest.mark.parametrize("verb", ["demote", "disable"])
def test_of_two_operators_who_leave_at_once_one_stays(desk: Desk, boss: Client, verb: str) -> None:
    def leave(client: Client) -> int:
        return client.request("POST", f"/api/ops/users/{id_of(client)}/{verb}").status

    with ThreadPoolExecutor(2) as threads:
        statuses = sorted(threads.map(leave, (desk.root, boss)))
    assert statuses == [200, 409]


def test_at_the_command_line_also_the_last_operator_can_be_demoted(desk: Desk) -> None:
    async def demote() -> None:
        services = build_services(desk.settings.unobserved)
        async with services.running():
            await services.use_cases.demote_operator(user=Username("root"), caller=COMMAND_LINE)

    asyncio.run(demote())
    assert asyncio.run(set_up_code(desk.settings)), "now there is none"
    assert desk.root.request("GET", "/api/ops/me").status == 403
