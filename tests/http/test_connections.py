"""Who makes room, and who is refused, when a process holds all the connections it may."""

from ipaddress import ip_network

import pytest

from adapters.http.pipeline.connections import REFUSED_MAX, Connections

pytestmark = pytest.mark.sqlite


class Line:
    """A connection that knows whether it had to make room."""

    def __init__(self, connections: Connections, address: str | None) -> None:
        self.gave_way = False
        self.admitted = connections.admit(self, address)

    def give_way(self) -> None:
        self.gave_way = True


def lines(connections: Connections, *addresses: str) -> list[Line]:
    return [Line(connections, address) for address in addresses]


def gone(held: list[Line]) -> list[int]:
    return [number for number, line in enumerate(held) if line.gave_way]


def test_up_to_the_limit_everybody_is_admitted() -> None:
    connections = Connections(3)
    held = lines(connections, *["192.0.2.1"] * 3)
    assert [line.admitted for line in held] == [True] * 3
    assert len(connections) == 3


def test_a_newcomer_takes_the_place_of_the_longest_silent_of_the_largest_network() -> None:
    connections = Connections(4)
    held = lines(connections, "192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.2")
    connections.heard(held[1])
    assert Line(connections, "192.0.2.3").admitted
    assert gone(held) == [2]
    assert len(connections) == 4


def test_one_that_waits_for_an_answer_is_spared_while_another_is_idle() -> None:
    connections = Connections(3)
    held = lines(connections, *["192.0.2.1"] * 3)
    connections.asked(held[0])
    connections.asked(held[1])
    assert Line(connections, "192.0.2.2").admitted
    assert gone(held) == [2]
    assert Line(connections, "192.0.2.3").admitted
    assert gone(held) == [0, 2], "none is idle: the one that has waited longest"


def test_an_answer_makes_a_connection_the_last_to_go() -> None:
    connections = Connections(3)
    held = lines(connections, *["192.0.2.1"] * 3)
    connections.asked(held[0])
    connections.heard(held[0])
    Line(connections, "192.0.2.2")
    assert gone(held) == [1]


def test_a_newcomer_of_the_largest_network_is_refused() -> None:
    connections = Connections(3)
    held = lines(connections, "192.0.2.1", "192.0.2.2", "192.0.2.2")
    assert not Line(connections, "192.0.2.2").admitted
    assert gone(held) == []


def test_of_networks_that_hold_equally_many_none_takes_from_another() -> None:
    connections = Connections(4)
    held = lines(connections, "192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2")
    assert not Line(connections, "192.0.2.1").admitted
    assert not Line(connections, "192.0.2.2").admitted
    assert gone(held) == []


def test_whoever_leaves_makes_room_for_anybody() -> None:
    connections = Connections(2)
    held = lines(connections, "192.0.2.1", "192.0.2.1")
    connections.left(held[0])
    assert Line(connections, "192.0.2.1").admitted
    assert gone(held) == []


def test_leaving_after_giving_way_counts_once() -> None:
    connections = Connections(2)
    held = lines(connections, "192.0.2.1", "192.0.2.1")
    Line(connections, "192.0.2.2")
    connections.left(held[0])
    connections.heard(held[0])
    connections.asked(held[0])
    assert len(connections) == 2


def test_among_networks_of_one_size_the_one_silent_longest_gives_way() -> None:
    connections = Connections(3)
    held = lines(connections, "192.0.2.1", "192.0.2.2", "192.0.2.3")
    connections.heard(held[0])
    Line(connections, "192.0.2.4")
    assert gone(held) == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1::1", "2001:db8:1:ffff::2"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("192.0.2.1", "64:ff9b::192.0.2.1"),
        ("192.0.2.1", "2002:c000:201::1"),
    ],
)
def test_these_are_one_network(one: str, other: str) -> None:
    connections = Connections(2)
    lines(connections, one, other)
    assert not Line(connections, other).admitted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8:1::1", "2001:db8:2::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2"),
        ("fe80::1%eth0", "2001:db8::1"),
    ],
)
def test_these_are_two_networks(one: str, other: str) -> None:
    connections = Connections(2)
    lines(connections, one, one)
    assert Line(connections, other).admitted


@pytest.mark.parametrize("address", ["10.0.0.1", "::ffff:10.0.0.1", "fd00::1", None])
def test_trusted_proxies_and_unix_sockets_are_exempt(address: str | None) -> None:
    connections = Connections(1, [ip_network("10.0.0.0/8"), ip_network("fd00::/64")])
    through = [Line(connections, address) for _ in range(5)]
    connections.asked(through[0])
    connections.heard(through[0])
    assert len(connections) == 0
    held = lines(connections, "192.0.2.1", "192.0.2.1")
    assert [line.admitted for line in [*through, *held]] == [True] * 6 + [False]
    assert gone(through) == []


def test_nat64_and_6to4_do_not_make_a_trusted_proxy() -> None:
    connections = Connections(1, [ip_network("10.0.0.0/8")])
    lines(connections, "64:ff9b::10.0.0.1")
    assert len(connections) == 1


def test_only_so_many_refused_ones_are_kept() -> None:
    connections = Connections(1)
    Line(connections, "192.0.2.1")
    refused = [Line(connections, "192.0.2.1") for _ in range(REFUSED_MAX + 2)]
    assert gone(refused) == [0, 1]
    connections.left(refused[2])
    refused.append(Line(connections, "192.0.2.1"))
    assert gone(refused) == [0, 1]


def test_the_largest_network_is_known_however_they_come_and_go() -> None:
    connections, held = Connections(50), list[Line]()
    sizes = [1, 7, 3, 7, 12, 2, 12, 6]
    for number, size in enumerate(sizes):
        held += lines(connections, *[f"192.0.2.{number}"] * size)
    assert len(connections) == sum(sizes) == 50
    left = dict(enumerate(sizes))
    for newcomer in range(30):
        assert Line(connections, f"198.51.100.{newcomer}").admitted
        counts = dict.fromkeys(left, 0)
        for line, number in zip(
            held, [n for n, s in enumerate(sizes) for _ in range(s)], strict=True
        ):
            counts[number] += not line.gave_way
        changed = [number for number in left if counts[number] != left[number]]
        assert len(changed) == 1
        assert left[changed[0]] == max(left.values())
        left = counts
