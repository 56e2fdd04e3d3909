"""Who is next: each site, each network of a site, and a quarter for recognised clients."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.passwords.fair_queue import FairQueue
from domain.network import Client

CLIENTS = st.builds(
    lambda site, network, recognised: Client(f"s{site}", f"s{site}n{network}", recognised),
    st.integers(0, 4),
    st.integers(0, 3),
    st.booleans(),
)
NOBODYS_TURN = st.none()


def filled(clients: Sequence[Client]) -> FairQueue[tuple[Client, int]]:
    queue = FairQueue[tuple[Client, int]]()
    for number, client in enumerate(clients):
        queue.append(client, (client, number))
    return queue


def emptied(queue: FairQueue[tuple[Client, int]]) -> list[tuple[Client, int]]:
    return [queue.pop() for _ in range(len(queue))]


def order(*clients: Client) -> list[int]:
    return [number for _, number in emptied(filled(clients))]


def test_sites_take_turns_and_within_a_site_its_networks() -> None:
    site = [Client("a", network) for network in ("a1", "a1", "a1", "a2")]
    assert order(*site, Client("b", "b1"), Client("b", "b1")) == [0, 4, 3, 5, 1, 2]


def test_recognised_clients_take_turns_with_the_strangers_of_their_site() -> None:
    stranger, device = Client("a", "a1"), Client("a", "a1", recognised=True)
    assert order(stranger, stranger, stranger, device, device) == [0, 3, 1, 4, 2]


def test_of_four_one_is_recognised_however_many_sites_strangers_have() -> None:
    strangers = [Client(f"s{number}", f"s{number}") for number in range(12)]
    devices = [Client("home", "home", recognised=True)] * 3
    assert order(*strangers, *devices) == [0, 1, 2, 12, 3, 4, 5, 13, 6, 7, 8, 14, 9, 10, 11]


def test_a_recognised_client_who_comes_after_many_strangers_is_next() -> None:
    queue = filled([Client("a", "a")] * 9)
    for _ in range(5):
        queue.pop()
    device = Client("home", "home", recognised=True)
    assert queue.ahead(device) == 0
    queue.append(device, (device, 9))
    assert queue.pop() == (device, 9)


def test_an_empty_queue_has_nobody_next() -> None:
    with pytest.raises(LookupError):
        FairQueue[int]().pop()


@given(st.lists(CLIENTS), CLIENTS, st.integers(0, 10))
def test_nobody_waits_for_more_than_was_said(
    clients: list[Client], newcomer: Client, already: int
) -> None:
    queue = filled(clients)
    for _ in range(min(already, len(queue))):
        queue.pop()
    ahead = queue.ahead(newcomer)
    queue.append(newcomer, (newcomer, -1))
    assert [number for _, number in emptied(queue)].index(-1) <= ahead


@given(st.lists(CLIENTS), CLIENTS, st.lists(CLIENTS | NOBODYS_TURN))
def test_who_is_alone_at_a_site_is_not_overtaken_by_those_who_come_after(
    clients: list[Client], newcomer: Client, later: list[Client | None]
) -> None:
    newcomer = Client("elsewhere", "elsewhere", newcomer.recognised)
    queue = filled(clients)
    ahead = queue.ahead(newcomer)
    queue.append(newcomer, (newcomer, -1))
    taken = []
    for number, client in enumerate(later, len(clients)):
        if client is None and queue:
            taken.append(queue.pop()[1])
        elif client is not None:
            queue.append(client, (client, number))
    taken += [number for _, number in emptied(queue)]
    assert taken.index(-1) <= ahead + ahead // 3 + 1, "strangers let a quarter pass"


@given(st.lists(CLIENTS), st.sets(st.integers(0, 30)))
def test_whoever_leaves_is_skipped_and_nothing_remains(
    clients: list[Client], leaving: set[int]
) -> None:
    queue = filled(clients)
    for number in leaving:
        client = clients[number] if number < len(clients) else Client("s0", "s0n0")
        assert queue.remove(client, (client, number)) == (number < len(clients))
    stayed = set(range(len(clients))) - leaving
    assert len(queue) == len(stayed)
    assert {number for _, number in emptied(queue)} == stayed
    assert {queue.ahead(client) for client in clients} <= {0}


@given(st.lists(CLIENTS))
def test_of_four_taken_one_is_recognised_if_any_waits(clients: list[Client]) -> None:
    queue = filled(clients)
    waiting = [client.recognised for client in clients].count(True)
    in_a_row = 0
    for client, _number in emptied(queue):
        in_a_row = 0 if client.recognised else in_a_row + 1
        assert not waiting or in_a_row <= 3
        waiting -= client.recognised


def test_admission_by_what_is_ahead_bounds_what_waits() -> None:
    """Whatever networks somebody has: round after round, a new one wherever it is let in."""
    most, queue = 16, FairQueue[int]()
    clients = [
        Client(f"s{site}", f"s{site}n{network}", recognised)
        for recognised in (True, False)
        for network in range(40)
        for site in range(40)
    ]
    for offered in range(10 * len(clients)):
        client = clients[offered % len(clients)]
        if queue.ahead(client) < most:
            queue.append(client, offered)
    harmonic = sum(1 / number for number in range(1, most + 1))
    assert len(queue) <= 2 * most * harmonic**2
