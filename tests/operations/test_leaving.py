"""Who leaves is not in the request log any more, a moment later."""

import pytest

from application.operations.queries import Comparison, Condition
from entrypoints.services import build_services
from tests.engines import kept_requests
from tests.examples import PASSWORD
from tests.operations.conftest import Desk, eventually

AGENT, ADDRESS = "Unmistakable/7.1", "203.0.113.77"


@pytest.mark.parametrize("by", ["owner", "operator"])
def test_nothing_of_a_deleted_account_stays_in_the_records(desk: Desk, by: str) -> None:
    seen = {"User-Agent": AGENT, "X-Note": ADDRESS}
    credentials = {"username": "Grace-Hopper", "password": PASSWORD}
    grace = desk.stranger()

    def ask(method: str, path: str, **body: object) -> int:
        return grace.request(method, path, json=body or None, headers=seen).status

    assert ask("POST", "/api/user/signup", **credentials) == 200
    id_ = grace.me().data["id"]
    assert ask("POST", "/api/user/logout") == 200
    assert ask("POST", "/api/user/login", **credentials) == 200
    assert ask("GET", "/api/user/sessions?name=Grace-Hopper") == 200
    assert ask("PUT", "/api/user", username="Grace-Hopper2") == 200
    assert ask("PUT", "/api/user", username="ada") == 400
    desk.requests(f"user_id:eq:{id_}", at_least=7)
    if by == "owner":
        assert ask("DELETE", "/api/user") == 200
    else:
        assert desk.root.request("DELETE", f"/api/ops/users/{id_}").status == 200

    seen_of_them = (AGENT, "Grace", ADDRESS)

    def is_gone() -> bool:
        records = kept_requests(desk.settings)
        found = [row for row in records if any(each in str(row) for each in seen_of_them)]
        deletions = [row for row in records if row["method"] == "DELETE"]
        left = [row for row in records if row["user_id"] == id_]
        return bool(deletions) and not found and not left

    assert eventually(is_gone)
    assert len(kept_requests(desk.settings)) >= 8, "that there were requests is still on record"
    assert desk.requests("user_id:eq:1"), "and those of others are as they were"


def test_an_export_does_not_show_what_a_stranger_sent(desk: Desk) -> None:
    """Who guesses at an account is on record as somebody who tried to be its owner."""
    stranger = {"X-Note": ADDRESS, "User-Agent": AGENT, "X-Request-ID": "unmistakable-id"}
    guess = {"username": "ada", "password": "wrong password"}
    desk.stranger().request(
        "POST", "/api/user/login?a=query-of-theirs", json=guess, headers=stranger
    )
    desk.requests("problem:eq:invalid_credentials")
    assert desk.ada.update(username="augusta").status == 200
    desk.requests("route:eq:/api/user", "method:eq:PUT")
    exported = desk.ada.request("GET", "/api/user/export").data["requests"]
    (refused,) = [each for each in exported if each["status"] == 403]
    assert (refused["route"], refused["problem"]) == ("/api/user/login", "invalid_credentials")
    for word in (ADDRESS, AGENT, "query-of-theirs", "unmistakable-id"):
        assert word not in str(exported)
    (own,) = [each for each in exported if each["method"] == "PUT"]
    assert own["request_headers"], "what the owner sent is theirs"


async def test_ones_records_are_listed_by_page_newest_first(desk: Desk) -> None:
    for _ in range(5):
        desk.ada.me()
    ada = desk.user_id()
    desk.requests(f"user_id:eq:{ada}", at_least=6)
    services = build_services(desk.settings)
    requests = services.requests
    mine = [Condition("user_id", Comparison.EQ, str(ada))]
    first = await requests.page("requests", mine, limit=2)
    second = await requests.page("requests", mine, limit=2, after=first.following)
    ids = [int(str(row["id"])) for row in [*first.rows, *second.rows]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4
    await services.close()
