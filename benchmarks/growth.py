"""Databases small and large, side by side, on both engines."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from benchmarks.engines import ENGINES, KEY, database, fill_any
from benchmarks.fill import KNOWN_SESSIONS
from benchmarks.measures import lua, reads
from benchmarks.operations import QUESTIONS, at_work, make_operator, milliseconds
from benchmarks.targets import Server, Target, serving
from entrypoints.settings.values import Secret
from entrypoints.settings.values import database as database_of

WARM_UP_SECONDS = 6  # until every known session was asked for, and nothing waits for the disk
LOGINS, LISTS = 5, 40


class Growth(Struct):
    """With so many users, each with a session; `start` is seconds until the first answer."""

    engine: str
    users: int
    reads: float
    reads_in_turn: float
    login_ms: float
    list_ms: float
    start: float


def growth(target: Target, sizes: tuple[int, ...], seconds: float, rounds: int) -> Iterator[Growth]:
    """M7: reads as in M1; reads that go through many sessions in turn; logins of users all over the
    table; an operator's page.
    """
    for engine in ENGINES:
        yield from _on(engine, target, sizes, seconds, rounds)


def _on(
    engine: str, target: Target, sizes: tuple[int, ...], seconds: float, rounds: int
) -> Iterator[Growth]:
    with ExitStack() as stack:
        grown = [(size, *stack.enter_context(_grown(engine, target, size))) for size in sizes]
        found: list[tuple[list[float], ...]] = [([], [], [], []) for _ in sizes]
        for _, server, script in grown:
            reads(server, WARM_UP_SECONDS, "-s", str(script))
        turns = 3 * rounds
        for turn in range(turns):
            for (size, server, script), each in zip(grown, found, strict=True):
                same, in_turn, took, listed = each
                same.append(reads(server, seconds).rate)
                in_turn.append(reads(server, seconds, "-s", str(script)).rate)
                for number in range(turn, LOGINS * turns, turns):
                    # The operator took the place of `user1`.
                    user = 2 + number * (size - 3) // (LOGINS * turns)
                    answer = server.send(server.log_in_as(user))
                    took.append(answer.elapsed.total_seconds() * 1000)
                with at_work(server.port) as client:
                    listed.extend(milliseconds(client, QUESTIONS["newest users"], LISTS))
        for (size, server, _), each in zip(grown, found, strict=True):
            rate, in_turn_rate, login, page = map(statistics.median, each)
            yield Growth(engine, size, rate, in_turn_rate, login, page, server.started_in)


@contextmanager
def _grown(engine: str, target: Target, size: int) -> Iterator[tuple[Server, Path]]:
    """A server with so many users, and what makes wrk go through their sessions."""
    with database(engine) as settings, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        url = settings["FRONTDESK_DATABASE_URL"]
        with serving(target, users=1, **settings):
            pass
        make_operator(folder, database_url=database_of(url), secret_key=Secret(KEY.encode()))
        script = folder / "sessions.lua"
        script.write_text(lua(fill_any(url, size, min(size, KNOWN_SESSIONS))))
        with serving(target, **settings) as server:
            server.credential = server.log_in(size // 2)
            yield server, script
