"""Why a user cannot log in, and how an operator helps, over HTTP."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.operator import Scope
from tests.client import Client, Response
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import Desk, desk_in


def events(desk: Desk, kind: str) -> list[dict[str, Any]]:
    feed = desk.root.request("GET", "/api/ops/events", params={"limit": 500}).data["events"]
    return [each for each in feed if each["kind"] == kind]


def told(answer: Response) -> tuple[object, ...]:
    """All of it but what is different in every answer."""
    differing = ("date", "x-request-id")
    headers = {key: value for key, value in answer.headers.items() if key not in differing}
    return answer.status, answer.text, headers


def refused(client: Client, name: str, password: str) -> tuple[object, ...]:
    answer = client.another().log_in(name, password)
    assert answer.code == "invalid_credentials"
    return told(answer)


def test_the_event_says_why_a_login_was_refused_and_the_answer_never(desk: Desk) -> None:
    user_id = desk.user_id()
    answers = [refused(desk.ada, "ada", OTHER_PASSWORD), refused(desk.ada, "nobody", PASSWORD)]
    assert desk.root.request("POST", f"/api/ops/users/{user_id}/disable").status == 200
    answers += [refused(desk.ada, "ada", OTHER_PASSWORD), refused(desk.ada, "ada", PASSWORD)]
    assert all(answer == answers[0] for answer in answers)
    details = [each["details"] for each in events(desk, "login_refused")]
    assert details.pop(1).keys() == {"pseudonym"}
    assert [each["reason"] for each in details] == ["wrong_password", "disabled", "disabled"]
    for status, text, headers in answers:
        assert status == 403
        assert not [word for word in ("disabled", "reason") if word in f"{text}{headers}"]


def test_the_owner_sees_it_too(desk: Desk) -> None:
    desk.stranger().log_in("ada", OTHER_PASSWORD)
    newest = desk.ada.events().data["events"][0]
    assert (newest["kind"], newest["details"]) == ("login_refused", {"reason": "wrong_password"})


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Desk]:
    """Where attempts are counted."""
    with desk_in(tmp_path, throttle="on") as desk:
        yield desk


def throttle(caller: Any, user_id: object, method: str = "GET") -> Response:
    answer: Response = caller.request(method, f"/api/ops/users/{user_id}/throttle")
    return answer


def guess(desk: Desk, name: str = "ada", times: int = 10) -> None:
    for _ in range(times):
        assert desk.stranger().log_in(name, OTHER_PASSWORD).status == 403


def new_user(desk: Desk, name: str) -> int:
    body = {"username": name, "password": PASSWORD}
    return int(desk.root.request("POST", "/api/ops/users", json=body).data["id"])


def test_who_has_to_wait_is_seen_and_let_in_at_once(guarded: Desk) -> None:
    desk, user_id, before = guarded, guarded.user_id(), datetime.now(UTC)
    guess(desk)
    assert desk.stranger().log_in("ada", PASSWORD).status == 429
    seen = throttle(desk.root, user_id)
    assert (seen.status, list(seen.data)) == (200, ["waits_until", "waits", "more"])
    longest, *rest = seen.data["waits"]
    until = datetime.fromisoformat(longest["until"])
    assert timedelta(seconds=59) < until - before < timedelta(minutes=3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", longest["until"])
    assert seen.data["waits_until"] == longest["until"]
    assert {**longest, "until": None} == {
        "limit": "account_network",
        "network": "127.0.0.1",
        "attempts": 10,
        "until": None,
    }
    assert {(each["limit"], each["network"], each["attempts"], each["until"]) for each in rest} == {
        ("account", None, 10, None),
        ("failures", None, 10, None),
    }
    assert throttle(desk.root, user_id, "DELETE").data == {"forgotten": 3}
    assert desk.stranger().log_in("ada", PASSWORD).status == 200
    left = throttle(desk.root, user_id).data
    assert [each["limit"] for each in left["waits"]] == ["logins"]
    (event,) = events(desk, "throttle_reset")
    root = desk.root.me().data["id"]
    assert (event["user_id"], event["actor_id"], event["details"]) == (user_id, root, {"waits": 3})


def test_the_user_is_told_that_an_operator_did_it_and_not_from_where(guarded: Desk) -> None:
    guess(guarded)
    throttle(guarded.root, guarded.user_id(), "DELETE")
    newest = guarded.ada.events().data["events"][0]
    assert (newest["kind"], newest["by_operator"], newest["address"]) == (
        "throttle_reset",
        True,
        "",
    )


def test_a_program_needs_the_scope(guarded: Desk) -> None:
    user_id, wrong = guarded.user_id(), {"GET": Scope.DATA_UPDATE, "DELETE": Scope.DATA_VIEW}
    guess(guarded)
    for method, scope in wrong.items():
        refused = throttle(guarded.with_key(guarded.key(scope)), user_id, method)
        assert (refused.status, refused.code) == (403, "insufficient_scope")
    for caller in (guarded.stranger(), guarded.ada):
        for method in wrong:
            assert throttle(caller, user_id, method).status in (401, 403)
    assert guarded.stranger().log_in("ada", PASSWORD).status == 429
    assert not events(guarded, "throttle_reset")
    program = guarded.with_key(guarded.key(Scope.DATA_UPDATE))
    assert throttle(program, user_id, "DELETE").data == {"forgotten": 3}


def test_a_program_has_no_power_over_operators(guarded: Desk) -> None:
    """As for `enable`."""
    root = guarded.root.me().data["id"]
    program = guarded.with_key(guarded.key(*Scope))
    guess(guarded, "root")
    refused = throttle(program, root, "DELETE")
    assert (refused.status, refused.code) == (403, "operator_in_person_required")
    enabled = program.request("POST", f"/api/ops/users/{root}/enable")
    assert (enabled.status, enabled.code) == (refused.status, refused.code)
    assert guarded.stranger().log_in("root", PASSWORD).status == 429
    assert throttle(guarded.root, root, "DELETE").status == 200
    assert guarded.stranger().log_in("root", PASSWORD).status == 200


def test_an_operators_account_needs_a_fresh_login(tmp_path: Path) -> None:
    with desk_in(tmp_path, throttle="on", fresh_login_minutes=0.001) as desk:
        root = desk.root.me().data["id"]
        time.sleep(0.1)
        refused = throttle(desk.root, root, "DELETE")
        assert (refused.status, refused.code) == (403, "fresh_login_required")
        assert throttle(desk.root, desk.user_id(), "DELETE").status == 200


def test_nobody_has_nothing(shared: Desk) -> None:
    for user_id in (4711, 0, 10**30):
        for method in ("GET", "DELETE"):
            answer = throttle(shared.root, user_id, method)
            assert (answer.status, answer.code) == (404, "no_such_user")


def test_a_user_whose_id_begins_with_anothers_is_not_touched(guarded: Desk) -> None:
    ada, number = guarded.user_id(), 0
    while not str(other := new_user(guarded, f"user{number}")).startswith(str(ada)):
        number += 1
    known = guarded.stranger()
    assert known.log_in(f"user{number}", PASSWORD).status == 200
    for _ in range(10):
        assert known.log_in(f"user{number}", OTHER_PASSWORD).status == 403
    guess(guarded)
    guess(guarded, f"user{number}")
    before = throttle(guarded.root, other).data
    assert {each["limit"] for each in before["waits"] if each["until"]} == {
        "account_network",
        "device",
    }
    assert throttle(guarded.root, ada, "DELETE").data == {"forgotten": 3}
    assert throttle(guarded.root, other).data == before
    assert known.log_in(f"user{number}", PASSWORD).status == 429


def test_with_throttling_off_there_is_nothing_to_see(desk: Desk) -> None:
    guess(desk, times=12)
    user_id = desk.user_id()
    nothing: dict[str, Any] = {"waits_until": None, "waits": [], "more": 0}
    assert throttle(desk.root, user_id).data == nothing
    assert throttle(desk.root, user_id, "DELETE").data == {"forgotten": 0}
    assert not events(desk, "throttle_reset")
