"""Why a user cannot log in, and how an operator helps, over HTTP."""

from typing import Any

from entrypoints.client import Client, Response
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import Desk


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
    assert answer.problem == "invalid_credentials"
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
