"""Many at once, with real concurrency."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest

from tests.client import Client, Response
from tests.examples import OTHER_PASSWORD, PASSWORD, fresh_name

Result = TypeVar("Result")


def at_once(calls: list[Callable[[], Result]]) -> list[Result]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_of_twenty_clients_signing_up_one_name_exactly_one_gets_it(client: Client) -> None:
    for _ in range(3):
        name = fresh_name()
        clients = [client.another() for _ in range(20)]
        spellings = [name, name.upper()] * 10
        answers = at_once(
            [
                partial(each.sign_up, spelling, PASSWORD)
                for each, spelling in zip(clients, spellings, strict=True)
            ]
        )
        assert sorted(answer.status for answer in answers) == [200] + [400] * 19
        assert {answer.code for answer in answers} == {None, "username_taken"}


def test_of_two_renames_to_one_name_exactly_one_gets_it(client: Client) -> None:
    for _ in range(10):
        both = [client.another(), client.another()]
        for each in both:
            each.sign_up(fresh_name(), PASSWORD)
        name = fresh_name()
        answers = at_once([partial(each.update, username=name) for each in both])
        assert sorted(answer.status for answer in answers) == [200, 400]


def test_a_token_is_dead_after_logout_while_other_requests_are_in_flight(client: Client) -> None:
    for _ in range(10):
        client.sign_up(fresh_name(), PASSWORD)
        headers = {"cookie": f"sessionid={client.cookies['sessionid']}"}
        rename = partial(client.another().request, "PUT", "/api/user", headers=headers)
        calls: list[Callable[[], Response]] = [client.log_out]
        calls += [partial(rename, json={"username": fresh_name()}) for _ in range(5)]
        assert {answer.status for answer in at_once(calls)} <= {200, 401}
        assert client.another().request("GET", "/api/user", headers=headers).status == 401


@pytest.mark.parametrize("round_", range(5))
def test_a_login_with_the_old_password_does_not_survive_its_change(
    client: Client, round_: int
) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    others = [client.another() for _ in range(6)]
    calls: list[Callable[[], Response]] = [
        partial(other.log_in, name, PASSWORD) for other in others
    ]
    calls.insert(3, partial(client.update, password=OTHER_PASSWORD))
    answers = at_once(calls)
    assert answers[3].status == 200
    assert {answer.status for answer in answers} <= {200, 403}
    assert [other.me().status for other in others] == [401] * 6
    assert client.me().status == 200


@pytest.mark.parametrize("round_", range(10))
def test_a_password_change_ends_six_sessions_that_are_in_use(client: Client, round_: int) -> None:
    name = fresh_name()
    client.sign_up(name, PASSWORD)
    others = [client.another() for _ in range(6)]
    for other in others:
        assert other.log_in(name, PASSWORD).status == 200
    changed = threading.Event()

    def use(other: Client) -> list[int]:
        statuses = []
        while not changed.is_set():
            statuses.append(other.me().status)
            statuses.append(other.update(username=name).status)
        statuses.append(other.me().status)
        return statuses

    def change() -> list[int]:
        try:
            return [client.update(password=OTHER_PASSWORD).status]
        finally:
            changed.set()

    calls: list[Callable[[], list[int]]] = [change, *(partial(use, other) for other in others)]
    change_statuses, *used = at_once(calls)
    assert change_statuses == [200]
    for statuses in used:
        assert statuses[-1] == 401
        assert statuses == sorted(statuses), "200 until it ended, 401 ever after"
    assert client.me().status == 200
    assert client.another().log_in(name, OTHER_PASSWORD).status == 200
