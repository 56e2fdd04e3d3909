"""How many statements a request waited for."""

import time
from contextvars import ContextVar

from application.operations.requests import Tally

_tally: ContextVar[Tally | None] = ContextVar("tally", default=None)


def begin_tally() -> Tally:
    """Count, from here on, the statements of the present task."""
    tally = Tally()
    _tally.set(tally)
    return tally


def count_since(started: float) -> None:
    """A statement has ended that began at this reading of `time.perf_counter`."""
    tally = _tally.get()
    if tally is not None:
        tally.add(time.perf_counter() - started)
