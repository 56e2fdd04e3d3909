"""How much each network may have recorded."""

import time
from collections import OrderedDict, deque
from dataclasses import dataclass

BURST_SECONDS = 10
"""A network that was silent for so long may spend as much at once."""


@dataclass(slots=True)
class _Balance:
    size: float
    seconds: float
    at: float


class Budget:
    """So many bytes and so much processor time a second for each network. `at_most` networks are
    remembered; the one that was silent longest is forgotten, which gives it a full budget again.
    """

    def __init__(
        self, *, bytes_a_second: float, seconds_a_second: float, at_most: int = 4_096
    ) -> None:
        self._bytes, self._seconds, self._at_most = bytes_a_second, seconds_a_second, at_most
        self._most_bytes = bytes_a_second * BURST_SECONDS
        self._most_seconds = seconds_a_second * BURST_SECONDS
        self._balances: OrderedDict[str, _Balance] = OrderedDict()
        self._charges: deque[tuple[str, float]] = deque()

    def spend(self, network: str, size: int) -> bool:
        """Take so many bytes from the network's budget, unless it is used up. For one thread."""
        if self._charges:
            self._settle()
        now = time.monotonic()
        balance = self._balances.get(network)
        if balance is None:
            balance = self._begin(network, now)
        else:
            passed, balance.at = now - balance.at, now
            self._balances.move_to_end(network)
            balance.size += passed * self._bytes
            balance.seconds += passed * self._seconds
            balance.size = min(balance.size, self._most_bytes)
            balance.seconds = min(balance.seconds, self._most_seconds)
        if balance.size < size or balance.seconds <= 0:
            return False
        balance.size -= size
        return True

    def charge(self, network: str, seconds: float) -> None:
        """Take processor time that was spent for the network, also more than it has left. For any
        thread; it counts from the next `spend` on.
        """
        self._charges.append((network, seconds))

    def _settle(self) -> None:
        for _ in range(len(self._charges)):
            network, seconds = self._charges.popleft()
            if balance := self._balances.get(network):
                balance.seconds -= seconds

    def _begin(self, network: str, now: float) -> _Balance:
        balance = self._balances[network] = _Balance(self._most_bytes, self._most_seconds, now)
        if len(self._balances) > self._at_most:
            self._balances.popitem(last=False)
        return balance
