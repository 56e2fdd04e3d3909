"""Where the records of requests are written."""

from collections.abc import Sequence
from typing import Protocol

from adapters.monitoring.request_log.tables import RequestRow


class Sink(Protocol):
    """For one thread. All raise `StorageUnavailable` and `StorageFull`."""

    def add(self, rows: Sequence[RequestRow]) -> None:
        """All of them, or none. Where there is no room, old ones go."""

    def make_room(self) -> None:
        """What keeps it within its size, and ready for the next day."""

    def clean(self, *, ordinary: int, all_: int) -> bool:
        """Remove some from before these instants in microseconds: ordinary ones sooner than all.
        Say whether there may be more.
        """

    def close(self) -> None:
        """Close the connection."""
