"""Which nodes and workers serve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

MISSING_AFTER = timedelta(seconds=15)
"""A worker reports every five seconds."""


@dataclass(frozen=True, slots=True)
class WorkerName:
    """One process. `worker` tells it from others of its node, also from earlier ones."""

    node: str
    worker: str

    def __str__(self) -> str:
        return f"{self.node}/{self.worker}"


class State(StrEnum):
    """How a node or a worker is.

    * `up`: it was heard of within 15 seconds.
    * `missing`: it was killed, hangs, or cannot reach the database.
    * `stopped`: it was ended.
    """

    UP = "up"
    MISSING = "missing"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What a process said of itself. `leases` is the work that it does for all."""

    name: WorkerName
    version: str
    started: datetime
    seen: datetime
    silent_for: timedelta
    has_stopped: bool
    leases: Sequence[str]

    @property
    def state(self) -> State:
        """How it is, as far as others can see."""
        if self.has_stopped:
            return State.STOPPED
        return State.MISSING if self.silent_for > MISSING_AFTER else State.UP


@dataclass(frozen=True, slots=True)
class Node:
    """The workers of one name, newest first."""

    name: str
    workers: Sequence[Worker]

    @property
    def state(self) -> State:
        """Up if any worker is; missing if one is missing and none is up."""
        states = {worker.state for worker in self.workers}
        return next(state for state in State if state in states)


def nodes_of(workers: Sequence[Worker]) -> list[Node]:
    """By name."""
    ordered = sorted(workers, key=lambda each: each.started, reverse=True)
    ordered.sort(key=lambda each: each.name.node)
    return [
        Node(name, list(found)) for name, found in groupby(ordered, key=lambda each: each.name.node)
    ]
