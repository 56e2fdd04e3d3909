"""Who may be connected when not everybody can be (docs/adr/0016)."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

from domain.network import networks_of, unmapped

REFUSED_MAX = 64
"""Refused newcomers that may still be there, to read why; then the oldest is closed unheard."""


class Connection(Protocol):
    """What a connection has to be able to do."""

    def give_way(self) -> None:
        """Close at once, whatever it is doing."""


class _Network:
    """The connections of one network, each kind with the one silent longest first."""

    def __init__(self) -> None:
        self.idle: OrderedDict[Connection, None] = OrderedDict()
        self.answering: OrderedDict[Connection, None] = OrderedDict()

    def size(self) -> int:
        return len(self.idle) + len(self.answering)


class Connections:
    """The connections of one process, at most `limit` of them.

    At the limit a newcomer takes the place of the connection that has been silent longest in the
    network that holds most; one with a request in hand is taken only where none is idle. A newcomer
    whose own network would then hold most is refused.

    A network is an IPv4 address, also one that an IPv6 address carries (mapped, NAT64, 6to4), or an
    IPv6 /48, the most that one customer commonly gets. Those in `exempt`, the trusted proxies, are
    never counted, closed or refused, for many people come through them.

    Everything takes the same time however many there are.
    """

    def __init__(self, limit: int, exempt: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._limit = limit
        self._exempt = tuple(exempt)
        self._networks: dict[Hashable, _Network] = {}
        self._keys: dict[Connection, Hashable] = {}
        # How many connections, to the networks that have so many, the one heard of last at the end.
        self._by_size: dict[int, OrderedDict[Hashable, None]] = {}
        self._largest = 0
        self._refused: OrderedDict[Connection, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._keys)

    def admit(self, connection: Connection, address: str | None) -> bool:
        """Say whether this newcomer may stay; then it counts until `left`. One without an address,
        as on a Unix socket, is exempt.
        """
        key = self._key(address)
        if key is None:
            return True
        if len(self._keys) >= self._limit:
            if self._size(key) >= self._largest:
                self._refuse(connection)
                return False
            self._make_room()
        self._keys[connection] = key
        network = self._networks.setdefault(key, _Network())
        network.idle[connection] = None
        self._resized(key, network.size() - 1, network.size())
        return True

    def left(self, connection: Connection) -> None:
        """It is closed. Of one that gave way this is known already."""
        self._refused.pop(connection, None)
        key = self._keys.pop(connection, None)
        if key is None:
            return
        network = self._networks[key]
        network.idle.pop(connection, None)
        network.answering.pop(connection, None)
        if not network.size():
            del self._networks[key]
        self._resized(key, network.size() + 1, network.size())

    def heard(self, connection: Connection) -> None:
        """It has sent something, or got its answer, and has no request in hand."""
        key = self._keys.get(connection)
        if key is not None:
            network = self._networks[key]
            network.answering.pop(connection, None)
            network.idle[connection] = None
            network.idle.move_to_end(connection)
            self._by_size[network.size()].move_to_end(key)

    def asked(self, connection: Connection) -> None:
        """It has sent a request, or more of one, and waits for the answer."""
        key = self._keys.get(connection)
        if key is not None:
            network = self._networks[key]
            network.idle.pop(connection, None)
            network.answering[connection] = None
            network.answering.move_to_end(connection)

    def _make_room(self) -> None:
        network = self._networks[next(iter(self._by_size[self._largest]))]
        silent = next(iter(network.idle or network.answering))
        self.left(silent)
        silent.give_way()

    def _refuse(self, connection: Connection) -> None:
        if len(self._refused) >= REFUSED_MAX:
            oldest, _ = self._refused.popitem(last=False)
            oldest.give_way()
        self._refused[connection] = None

    def _size(self, key: Hashable) -> int:
        network = self._networks.get(key)
        return network.size() if network else 0

    def _resized(self, key: Hashable, before: int, now: int) -> None:
        if before:
            networks = self._by_size[before]
            del networks[key]
            if not networks:
                del self._by_size[before]
        if now:
            self._by_size.setdefault(now, OrderedDict())[key] = None
        # A size changes by one, so the largest does too.
        if now > self._largest or self._largest not in self._by_size:
            self._largest = now

    def _key(self, address: str | None) -> Hashable:
        """The network; `None` for those that do not count."""
        if address is None:
            return None
        ip = unmapped(address)
        if ip is not None and any(ip in network for network in self._exempt):
            return None
        return networks_of(address)[-1].name
