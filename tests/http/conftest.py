"""Nothing in the HTTP suite may hold the event loop: no callback may compute for more than 50 ms,
and none may sleep.

What counts is processor time, so that a machine that is busy otherwise changes nothing. Watched are
the loops of asyncio, on which every test runs in-process; the live ones run on uvloop.
"""

import asyncio
import gc
import time
from collections.abc import Iterator

import pytest

LONGEST_SECONDS = 0.05

held: list[str] = []
"""What held a loop since the test began."""


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[None]:
    run = asyncio.Handle._run

    def watched(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        if (took := time.thread_time() - began) > LONGEST_SECONDS:
            held.append(f"{took * 1000:.0f} ms in {handle!r}")

    gc.freeze()  # what the test runner itself holds takes long to look through
    sleep = time.sleep

    def noticed(seconds: float) -> None:
        if asyncio._get_running_loop():
            held.append(f"sleep of {seconds} s")
        sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.Handle, "_run", watched)
        patch.setattr(time, "sleep", noticed)
        yield


@pytest.fixture(autouse=True)
def the_loop_was_not_held(request: pytest.FixtureRequest) -> Iterator[None]:
    """While a service starts, it may: nobody waits for it yet."""
    if "client" in request.fixturenames:
        request.getfixturevalue("client")
    held.clear()
    yield
    assert held == [] or request.node.get_closest_marker("holds_the_loop")
