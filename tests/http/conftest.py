"""Nothing in the HTTP suite may hold the event loop: no callback may compute for more than 50 ms,
and none may sleep.

What counts is processor time, less what a hypervisor took away in the meantime, so that a machine
that is busy otherwise changes nothing, and less what Python took to look through everything that
the test runner holds. Watched are the loops of asyncio, on which every test runs in-process; the
live ones run on uvloop.
"""

import asyncio
import gc
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from threading import get_ident

import pytest

LONGEST_SECONDS = 0.05

held: list[str] = []
"""What held a loop since the test began."""


class Machine:
    """What a hypervisor took from this machine since the test began."""

    def __init__(self) -> None:
        self.began = _stolen()

    def stolen_seconds(self) -> float:
        return _stolen() - self.began


class Collector:
    """Seconds that a thread has spent in garbage collections, by the hooks of `gc`."""

    def __init__(self) -> None:
        self.seconds: dict[int, float] = defaultdict(float)

    def __call__(self, phase: str, _: object) -> None:
        sign = -1 if phase == "start" else 1
        self.seconds[get_ident()] += sign * time.thread_time()

    def spent(self) -> float:
        return self.seconds[get_ident()]


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Machine]:
    machine, collector = Machine(), Collector()
    run = asyncio.Handle._run

    def watched(handle: asyncio.Handle) -> None:
        began, collected = time.thread_time(), collector.spent()
        run(handle)
        took = time.thread_time() - began - (collector.spent() - collected)
        if took > LONGEST_SECONDS and took - machine.stolen_seconds() > LONGEST_SECONDS:
            held.append(f"{took * 1000:.0f} ms in {handle!r}")

    gc.callbacks.append(collector)
    sleep = time.sleep

    def noticed(seconds: float) -> None:
        if asyncio._get_running_loop():
            held.append(f"sleep of {seconds} s")
        sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", watched)
        patch.setattr(time, "sleep", noticed)
        yield machine
    gc.callbacks.remove(collector)


@pytest.fixture(autouse=True)
def _on_engine(on_engine: None) -> None:
    """On each, one after the other."""


@pytest.fixture(autouse=True)
def the_loop_was_not_held(request: pytest.FixtureRequest, watch: Machine) -> Iterator[None]:
    """While a service starts, it may: nobody waits for it yet."""
    if "client" in request.fixturenames:
        request.getfixturevalue("client")
    held.clear()
    watch.began = _stolen()
    yield
    assert held == [] or request.node.get_closest_marker("holds_the_loop")


def _stolen() -> float:
    """Seconds that other machines took from the cores of this one, where the kernel knows."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0
    return int(stat.read_text().split(maxsplit=9)[8]) / os.sysconf("SC_CLK_TCK")
