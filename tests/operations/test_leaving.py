"""Who leaves is not in the records of requests any more, a moment later."""

import sqlite3
from contextlib import closing

import pytest

from application.operations.queries import Comparison, Condition
from entrypoints.services import build_services
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

    def rows() -> list[tuple[object, ...]]:
        file = desk.settings.data_dir / "requests.db"
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute("SELECT * FROM requests").fetchall()

    def is_gone() -> bool:
        found = [
            row for row in rows() if any(word in str(row) for word in (AGENT, "Grace", ADDRESS))
        ]
        deletions = [row for row in rows() if "DELETE" in row]
        with closing(sqlite3.connect(desk.settings.data_dir / "requests.db")) as connection:
            sql = "SELECT count(*) FROM requests WHERE user_id = ?"
            ((left,),) = connection.execute(sql, (id_,)).fetchall()
        return bool(deletions) and not found and not left

    assert eventually(is_gone)
    assert len(rows()) >= 8, "that there were requests is still on record"
    assert desk.requests("user_id:eq:1"), "and those of others are as they were"


async def test_ones_records_are_listed_by_page_newest_first(desk: Desk) -> None:
    for _ in range(5):
        desk.ada.me()
    ada = desk.user_id()
    desk.requests(f"user_id:eq:{ada}", at_least=6)
    requests = build_services(desk.settings).requests
    mine = [Condition("user_id", Comparison.EQ, str(ada))]
    first = await requests.page("requests", mine, limit=2)
    second = await requests.page("requests", mine, limit=2, after=first.following)
    ids = [int(str(row["id"])) for row in [*first.rows, *second.rows]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 4
