"""Who may call what: every operation, from the document, so that none can be forgotten."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.operator import Scope
from tests.client import Client, in_process
from tests.conftest import settings_in
from tests.examples import PASSWORD
from tests.operations.conftest import Desk, desk_in

OPEN = {("post", "/api/ops/set-up"), ("post", "/api/ops/operators")}
FORGED = {
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-User": "root",
    "X-Real-IP": "127.0.0.1",
    "Forwarded": "for=127.0.0.1",
    "X-Original-URL": "/healthz",
    "X-HTTP-Method-Override": "GET",
}
IN_PERSON = {"inviteOperator", "createToken", "promoteUser", "demoteOperator"}


def operations(client: Client) -> Iterator[tuple[str, str, dict[str, Any]]]:
    document = client.request("GET", "/schema/openapi.json").data
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if path.startswith(("/api/ops", "/metrics")) and (method, path) not in OPEN:
                yield method.upper(), re.sub(r"\{table\}", "users", path), operation


def send(client: Any, method: str, path: str, **options: Any) -> Any:
    url = re.sub(r"\{\w+\}", "4711", path)
    if method in ("POST", "PATCH") and "disable" not in url and "enable" not in url:
        options["json"] = {}
    return client.request(method, url, **options)


def test_there_are_operations_to_try(shared: Desk) -> None:
    found = list(operations(shared.root))
    assert len(found) >= 28
    scopes = {scope for *_, each in found for scope in scopes_of(each)}
    assert scopes == set(Scope), "every scope is good for something"


def test_strangers_are_refused(shared: Desk) -> None:
    for method, path, _ in operations(shared.root):
        for headers in ({}, FORGED, {"Authorization": "Bearer fdk_" + "x" * 43}):
            answer = send(shared.stranger(), method, path, headers=headers)
            assert (answer.status, answer.code) == (401, "not_signed_in"), (method, path)
            assert "Bearer" in answer.headers["www-authenticate"]


def test_ordinary_users_are_refused(shared: Desk) -> None:
    for method, path, _ in operations(shared.root):
        for headers in ({}, FORGED):
            answer = send(shared.ada, method, path, headers=headers)
            assert (answer.status, answer.code) == (403, "not_an_operator"), (method, path)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_pages_of_other_origins_are_refused(shared: Desk, headers: dict[str, str]) -> None:
    for method, path, _ in operations(shared.root):
        answer = send(shared.root, method, path, headers=headers)
        assert (answer.status, answer.code) == (403, "cross_origin_refused"), (method, path)


def test_other_hosts_are_refused(shared: Desk) -> None:
    elsewhere = {"Host": "evil.example"}
    for method, path, _ in operations(shared.root):
        answer = send(shared.root, method, path, headers=elsewhere)
        assert (answer.status, answer.code) == (400, "host_not_allowed"), (method, path)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_asks_by_any_name(shared: Desk, path: str) -> None:
    elsewhere = {"Host": "10.0.0.7:8000"}
    assert shared.root.request("GET", path, headers=elsewhere).status == 200
    assert shared.root.request("GET", f"{path}/", headers=elsewhere).code == "host_not_allowed"


def scopes_of(operation: dict[str, Any]) -> list[Scope]:
    """Any of which will do."""
    keys = [each for each in operation["security"] if "accessToken" in each]
    return [Scope(scope) for each in keys for scope in each["accessToken"]]


def test_a_key_opens_what_its_scope_says_and_nothing_else(shared: Desk) -> None:
    only = {scope: shared.with_key(shared.key(scope)) for scope in Scope}
    for method, path, operation in operations(shared.root):
        needed = scopes_of(operation)
        if not needed:
            continue
        others = shared.with_key(shared.key(*(each for each in Scope if each not in needed)))
        refused = send(others, method, path)
        assert (refused.status, refused.code) == (403, "insufficient_scope"), (method, path)
        assert f'scope="{needed[0]}"' in refused.headers["www-authenticate"]
        for scope in needed:
            answer = send(only[scope], method, path)
            assert answer.status in (200, 400, 404), (method, path, answer.text)
            assert answer.code != "insufficient_scope"


def test_no_key_opens_what_an_operator_does_in_person(shared: Desk) -> None:
    everything = shared.with_key(shared.key(*Scope))
    found = {each["operationId"]: (method, path) for method, path, each in operations(shared.root)
             if not scopes_of(each)}  # fmt: skip
    assert {*found} == IN_PERSON
    bodies = {"createToken": {"name": "x", "scopes": ["api.view"]}}
    for name, (method, path) in found.items():
        url = re.sub(r"\{\w+\}", str(shared.root.me().data["id"]), path)
        answer = everything.request(method, url, json=bodies.get(name, {}))
        assert (answer.status, answer.code) == (403, "operator_in_person_required"), name


def test_who_sends_a_key_is_not_taken_for_who_the_cookie_says(shared: Desk) -> None:
    for value in ("Bearer nonsense", "Basic cm9vdDoxMjMxMjM=", "", "fdk_" + "x" * 43):
        answer = shared.root.request("GET", "/api/ops/me", headers={"Authorization": value})
        assert answer.status == 401, value


def test_a_key_is_sent_as_bearer_and_nothing_else(shared: Desk) -> None:
    key = shared.key(Scope.API_VIEW)
    for scheme, status in (("Bearer", 200), ("bearer", 200), ("Basic", 401), ("Token", 401)):
        headers = {"Authorization": f"{scheme} {key}"}
        assert shared.stranger().request("GET", "/api/ops/me", headers=headers).status == status


def test_when_a_key_was_used_is_shown(tmp_path: Path) -> None:
    with desk_in(tmp_path) as desk:
        desk.with_key(desk.key(Scope.API_VIEW)).request("GET", "/api/ops/me")
    with in_process(desk.settings) as again:  # it is noted in batches, and at the end
        again.log_in("root", PASSWORD)
        (row,) = again.request("GET", "/api/ops/tokens").data["rows"]
    assert row["last_used_at"]


def test_removing_records_needs_a_fresh_login(tmp_path: Path) -> None:
    with desk_in(tmp_path, fresh_login_minutes=0.001) as desk:
        time.sleep(0.1)
        params = {"filter": "status:eq:200"}
        refused = desk.root.request("DELETE", "/api/ops/logs", params=params)
        assert refused.code == "fresh_login_required"


def test_idle_operators_are_out_as_set(tmp_path: Path) -> None:
    lifetimes = settings_in(tmp_path, operator_idle_minutes=15, operator_session_hours=2).lifetimes
    assert lifetimes.operators.idle == timedelta(minutes=15)
    assert lifetimes.operators.absolute == timedelta(hours=2)
    short = settings_in(tmp_path, session_days=0.01, session_idle_minutes=12).lifetimes.operators
    assert (short.absolute, short.idle) == (timedelta(days=0.01), timedelta(minutes=12))


JUNK: list[Any] = [
    None, {}, [], "text", 5, {"version": 10**30}, {"version": -1}, {"username": "\x00"},
    {"name": "n", "scopes": ["nothing"]}, {"name": "n", "scopes": ["api.view"], "days": 10**9},
    {"version": 1, "roles": ["a\n"], "metadata": [[]]}, {"version": 1, "metadata": {"\x00": {}}},
    {"username": "a" * 5_000, "password": "b" * 2_000, "code": "c" * 5_000},
]  # fmt: skip


def test_no_junk_gives_a_5xx(desk: Desk) -> None:
    for method, path, _ in operations(desk.root):
        for value in ("0", "-1", "9" * 30, "9" * 5_000, "x", "\u202e", "%00", "..", "a%2Fb"):
            url = re.sub(r"\{\w+\}", value, path)
            for params in ({}, {"filter": "id:eq:" + value, "limit": "5", "after": value}):
                answer = desk.root.request(method, url, params=params)
                assert answer.status < 500, (method, url, answer.text)
        for body in JUNK if method in ("POST", "PATCH", "PUT") else ():
            answer = desk.root.request(method, re.sub(r"\{\w+\}", "2", path), json=body)
            assert answer.status < 500, (method, path, body, answer.text)


def test_a_key_is_no_session(shared: Desk) -> None:
    key = shared.key(*Scope)
    for headers in ({"Authorization": f"Bearer {key}"}, {"Cookie": f"sessionid={key[4:]}"}):
        answer = shared.stranger().request("GET", "/api/user", headers=headers)
        assert answer.status == 401


def test_every_operation_says_what_it_can_answer(shared: Desk) -> None:
    always = {"not_signed_in", "not_an_operator", "insufficient_scope", "cross_origin_refused"}
    for method, path, operation in operations(shared.root):
        codes = {
            code
            for status, response in operation["responses"].items()
            if status != "200"
            for code in response["content"]["application/problem+json"]["examples"]
        }
        assert always <= codes, (method, path)


def test_an_operator_who_logs_out_is_out(desk: Desk) -> None:
    assert desk.root.request("GET", "/api/ops/me").data["is_fresh"]
    token = desk.root.cookies["sessionid"]
    desk.root.log_out()
    answer = desk.stranger().request("GET", "/api/ops/me", headers={"Cookie": f"sessionid={token}"})
    assert answer.status == 401


def test_the_cookie_of_an_operator_lasts_half_a_day(desk: Desk) -> None:
    answer = desk.stranger().log_in("root", PASSWORD)
    assert "Max-Age=43200" in answer.headers["set-cookie"]
