"""How much each network may have recorded."""

import threading
import time
from collections import OrderedDict
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
        self._balances: OrderedDict[str, _Balance] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, network: str, size: int) -> bool:
        """Take so many bytes from the network's budget, unless it is used up."""
        with self._lock:
            balance = self._balance(network)
            if balance.size < size or balance.seconds <= 0:
                return False
            balance.size -= size
            return True

    def charge(self, network: str, seconds: float) -> None:
        """Take processor time that was spent for the network, also more than it has left."""
        with self._lock:
            if network in self._balances:
                self._balances[network].seconds -= seconds

    def _balance(self, network: str) -> _Balance:
        now = time.monotonic()
        size, seconds = self._bytes * BURST_SECONDS, self._seconds * BURST_SECONDS
        balance = self._balances.get(network)
        if balance is None:
            balance = self._balances[network] = _Balance(size, seconds, now)
            if len(self._balances) > self._at_most:
                self._balances.popitem(last=False)
        else:
            self._balances.move_to_end(network)
            passed, balance.at = now - balance.at, now
            balance.size = min(size, balance.size + passed * self._bytes)
            balance.seconds = min(seconds, balance.seconds + passed * self._seconds)
        return balance
