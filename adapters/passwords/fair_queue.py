"""A queue in which clients take turns. Only data: no clock, no threads."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import count
from typing import Generic, TypeVar

from domain.network import Client

_Entry = TypeVar("_Entry")

STRANGERS_IN_A_ROW = 3
"""Of four entries taken, one is from a recognised client, if any waits."""


class FairQueue(Generic[_Entry]):
    """Sites take turns, and within a site its networks; a network's entries keep their order.

    A site's recognised clients have a turn of their own beside its strangers, and all recognised
    clients together have at least a quarter of the turns. Nothing here loops over what waits, so
    that asking costs the same however many wait.
    """

    def __init__(self) -> None:
        tickets = count()
        self._recognised = _Sites[_Entry](tickets)
        self._strangers = _Sites[_Entry](tickets)
        self._in_a_row = 0

    def __len__(self) -> int:
        return len(self._recognised) + len(self._strangers)

    def append(self, client: Client, entry: _Entry) -> None:
        """Let it wait for this client's turn."""
        self._own(client).append(client, entry)

    def pop(self) -> _Entry:
        """Take the entry whose turn it is. Raises `LookupError` if none waits."""
        if self._is_turn_of_recognised():
            self._in_a_row = 0
            return self._recognised.pop()
        entry = self._strangers.pop()
        self._in_a_row = min(self._in_a_row + 1, STRANGERS_IN_A_ROW)
        return entry

    def remove(self, client: Client, entry: _Entry) -> bool:
        """Give its place back. Say whether it still waited."""
        return self._own(client).remove(client, entry)

    def ahead(self, client: Client) -> int:
        """How many entries would be taken before a new one of this client, at most, if nobody came
        after it.
        """
        own = self._own(client)
        before, rounds = own.ahead(client), own.turns_before(client) + 1
        if client.recognised:
            quarter = STRANGERS_IN_A_ROW * (before + 1) - self._in_a_row
            return before + min(self._strangers.within(rounds), quarter)
        quarter = (before + self._in_a_row) // STRANGERS_IN_A_ROW
        return before + min(len(self._recognised), self._recognised.within(rounds) + quarter)

    def _own(self, client: Client) -> "_Sites[_Entry]":
        return self._recognised if client.recognised else self._strangers

    def _is_turn_of_recognised(self) -> bool:
        if not self._recognised or not self._strangers:
            return bool(self._recognised)
        return (
            self._in_a_row == STRANGERS_IN_A_ROW
            or self._recognised.next_ticket < self._strangers.next_ticket
        )


class _Lengths:
    """The lengths of several queues, counted so that a sum over all of them is quick."""

    def __init__(self) -> None:
        self.total = 0
        self._longer_than: list[int] = []

    def grew(self, to: int) -> None:
        if len(self._longer_than) < to:
            self._longer_than.append(0)
        self._longer_than[to - 1] += 1
        self.total += 1

    def shrank(self, to: int) -> None:
        self._longer_than[to] -= 1
        self.total -= 1

    def within(self, rounds: int) -> int:
        """How many entries are taken when each queue has had so many turns."""
        return sum(self._longer_than[:rounds])


class _Site(Generic[_Entry]):
    """The networks of one site, which take turns. `ticket` says when it is the site's turn."""

    def __init__(self, ticket: int) -> None:
        self.ticket = ticket
        self._networks: OrderedDict[str, deque[_Entry]] = OrderedDict()
        self._lengths = _Lengths()

    def __len__(self) -> int:
        return self._lengths.total

    def append(self, network: str, entry: _Entry) -> None:
        queue = self._networks.setdefault(network, deque())
        queue.append(entry)
        self._lengths.grew(len(queue))

    def pop(self) -> _Entry:
        network, queue = next(iter(self._networks.items()))
        entry = queue.popleft()
        self._networks.move_to_end(network)
        self._shrank(network, queue)
        return entry

    def remove(self, network: str, entry: _Entry) -> bool:
        queue = self._networks.get(network)
        if queue is None or entry not in queue:
            return False
        queue.remove(entry)
        self._shrank(network, queue)
        return True

    def ahead(self, network: str) -> int:
        own = len(self._networks.get(network, ()))
        return self._lengths.within(own + 1)

    def _shrank(self, network: str, queue: deque[_Entry]) -> None:
        self._lengths.shrank(len(queue))
        if not queue:
            del self._networks[network]


class _Sites(Generic[_Entry]):
    """Sites that take turns. `tickets` are numbers shared with others that take turns with them:
    a site draws one when it comes and after each of its turns, and the lowest is the next.
    """

    def __init__(self, tickets: Iterator[int]) -> None:
        self._tickets = tickets
        self._sites: OrderedDict[str, _Site[_Entry]] = OrderedDict()
        self._lengths = _Lengths()

    def __len__(self) -> int:
        return self._lengths.total

    @property
    def next_ticket(self) -> int:
        return next(iter(self._sites.values())).ticket

    def append(self, client: Client, entry: _Entry) -> None:
        site = self._sites.get(client.site)
        if site is None:
            site = self._sites[client.site] = _Site(next(self._tickets))
        site.append(client.network, entry)
        self._lengths.grew(len(site))

    def pop(self) -> _Entry:
        if not self._sites:
            raise LookupError("nobody waits")
        name, site = next(iter(self._sites.items()))
        entry = site.pop()
        site.ticket = next(self._tickets)
        self._sites.move_to_end(name)
        self._shrank(name, site)
        return entry

    def remove(self, client: Client, entry: _Entry) -> bool:
        site = self._sites.get(client.site)
        if site is None or not site.remove(client.network, entry):
            return False
        self._shrank(client.site, site)
        return True

    def turns_before(self, client: Client) -> int:
        """How many turns its site would have before a new entry of this client."""
        site = self._sites.get(client.site)
        return site.ahead(client.network) if site else 0

    def ahead(self, client: Client) -> int:
        """How many entries of all sites would be taken before a new one of this client."""
        turns = self.turns_before(client)
        own = len(self._sites.get(client.site, ()))
        return turns + self.within(turns + 1) - min(own, turns + 1)

    def within(self, rounds: int) -> int:
        """How many entries are taken when each site has had so many turns."""
        return self._lengths.within(rounds)

    def _shrank(self, name: str, site: _Site[_Entry]) -> None:
        self._lengths.shrank(len(site))
        if not site:
            del self._sites[name]
