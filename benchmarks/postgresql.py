"""`python -m benchmarks.postgresql`: the service on PostgreSQL, with load generator and database on
the same cores.
"""

import asyncio
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.fill import fill_postgresql
from benchmarks.limits import hashes_a_second
from benchmarks.many_sessions import SESSIONS, WARM_UP_SECONDS
from benchmarks.measures import Storm, lua, reads, storm
from benchmarks.targets import Target, cheap, named, serving
from tests.postgresql import Cluster, new_database

USERS = 8


class OnPostgresql(Struct):
    """What was measured, and how that compares."""

    what: str
    value: float
    ratio: float
    of: str


def on_postgresql(target: Target, bare: Target, seconds: float, rounds: int) -> list[OnPostgresql]:
    """Interleaved; medians of the rounds."""
    cluster = Cluster.new(durable=True)
    try:
        url = new_database(server=cluster.url)
        settings = {"FRONTDESK_DATABASE_URL": url, "FRONTDESK_SECRET_KEY": "k" * 32}
        return [
            *_reads(cheap(target), bare, settings, seconds, rounds),
            *_storms(target, settings, seconds, rounds),
        ]
    finally:
        cluster.remove()


def _reads(
    target: Target, bare: Target, settings: dict[str, Any], seconds: float, rounds: int
) -> list[OnPostgresql]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(serving(target, folder, users=USERS, **settings))
        script = folder / "sessions.lua"
        script.write_text(
            lua(
                asyncio.run(
                    fill_postgresql(settings["FRONTDESK_DATABASE_URL"], SESSIONS, SESSIONS)
                ),
                "random",
            )
        )
        limit = stack.enter_context(serving(bare))
        reads(server, WARM_UP_SECONDS, "-s", str(script))
        rates: dict[str, list[tuple[float, float]]] = {}
        for _ in range(rounds):
            most = reads(limit, seconds).rate
            for what, more in {
                "reads of one session": (),
                f"reads of {SESSIONS:,} at random": ("-s", str(script)),
            }.items():
                rate = reads(server, seconds, *more).rate
                rates.setdefault(what, []).append((rate, rate / most))
        return [
            OnPostgresql(
                f"{what}, a second",
                statistics.median(rate for rate, _ in found),
                statistics.median(ratio for _, ratio in found),
                "of bare Litestar",
            )
            for what, found in rates.items()
        ]


def _storms(
    target: Target, settings: dict[str, Any], seconds: float, rounds: int
) -> list[OnPostgresql]:
    idle: list[Storm] = []
    busy: list[Storm] = []
    hashes = []
    with serving(target, **settings) as server:
        server.credential = server.log_in(USERS - 1)
        for _ in range(rounds):
            hashes.append(hashes_a_second(seconds))
            idle.append(storm(server, 0, seconds, USERS))
            busy.append(storm(server, 8, seconds, USERS))
    logins = statistics.median(each.logins for each in busy)
    p99 = _p99(busy)
    return [
        OnPostgresql(
            "logins a second, 8 clients", logins, logins / statistics.median(hashes), "of bcrypt"
        ),
        OnPostgresql("p99 of reads meanwhile, ms", p99, p99 / _p99(idle), "of idle"),
    ]


def _p99(storms: list[Storm]) -> float:
    took = sorted(each for storm in storms for each in storm.took)
    return took[int(len(took) * 0.99)]


def table_of(found: list[OnPostgresql]) -> str:
    """For the report."""
    lines = ["| on PostgreSQL | | |", "|---|---|---|"]
    lines += [f"| {each.what} | {each.value:,.1f} | {each.ratio:.2f} {each.of} |" for each in found]
    return "\n".join(lines) if found else ""


def main() -> None:
    """Measure and print."""
    for each in on_postgresql(named("frontdesk"), named("bare"), 4, 3):
        print(f"{each.value:10,.1f} {each.ratio:6.2f} {each.of:18} {each.what}")


if __name__ == "__main__":
    main()
