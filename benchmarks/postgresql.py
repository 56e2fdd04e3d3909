"""`python -m benchmarks.postgresql`: logins, sign-ups, an attack, the start and the memory.

Load generator and database are on the same cores. Reads of both engines are in other parts.
"""

import statistics
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from benchmarks.engines import database
from benchmarks.limits import hashes_a_second
from benchmarks.measures import Storm, attack, sign_ups, storm
from benchmarks.targets import Target, named, serving

USERS = 8
STORMS = (8, 32, 128)
STARTS = 5


class OnPostgresql(Struct):
    """What was measured, and how that compares."""

    what: str
    value: float
    ratio: float
    of: str


def on_postgresql(target: Target, bare: Target, seconds: float, rounds: int) -> list[OnPostgresql]:
    """Interleaved; medians of the rounds."""
    with database("PostgreSQL") as settings:
        return [
            *_storms(target, settings, seconds, rounds),
            *_attack(target, settings, seconds, rounds),
            *_starts(target, bare, settings),
        ]


def _storms(
    target: Target, settings: dict[str, Any], seconds: float, rounds: int
) -> list[OnPostgresql]:
    storms: dict[int, list[Storm]] = {clients: [] for clients in (0, *STORMS)}
    made, hashes = [], []
    with serving(target, users=USERS, **settings) as server:
        server.credential = server.log_in(USERS - 1)
        for _ in range(rounds):
            hashes.append(hashes_a_second(seconds))
            made.append(sign_ups(server, seconds))
            for clients, found in storms.items():
                found.append(storm(server, clients, seconds, USERS))
    raw = statistics.median(hashes)
    logins = statistics.median(each.logins for each in storms[8])
    signed_up = statistics.median(made)
    idle = _p99(storms[0])
    return [
        OnPostgresql("logins a second, 8 clients", logins, logins / raw, "of bcrypt"),
        OnPostgresql("sign-ups a second, 8 clients", signed_up, signed_up / raw, "of bcrypt"),
        OnPostgresql("p99 of reads, idle, ms", idle, 1, ""),
        *(
            OnPostgresql(
                f"p99 of reads while {clients} clients log in, ms",
                _p99(storms[clients]),
                _p99(storms[clients]) / idle,
                "of idle",
            )
            for clients in STORMS
        ),
    ]


def _attack(
    target: Target, settings: dict[str, Any], seconds: float, rounds: int
) -> list[OnPostgresql]:
    idle, busy = [], []
    with serving(target, **{**settings, "FRONTDESK_THROTTLE": "on"}) as server:
        server.credential = server.log_in(USERS - 1)
        for _ in range(rounds):
            idle.append(storm(server, 0, seconds, USERS))
            busy.append(attack(server, STORMS[-1], seconds))
    p99 = _p99(busy)
    what = f"p99 of reads while {STORMS[-1]} clients guess passwords, ms"
    return [OnPostgresql(what, p99, p99 / _p99(idle), "of idle")]


def _starts(target: Target, bare: Target, settings: dict[str, Any]) -> list[OnPostgresql]:
    """With a database that is there."""
    ours: list[tuple[float, float]] = []
    limit: list[tuple[float, float]] = []
    for _ in range(STARTS):
        for each, found, more in ((target, ours, settings), (bare, limit, {})):
            with serving(each, **more) as server:
                found.append((server.started_in, server.memory()))
    started, memory = (statistics.median(each) for each in zip(*ours, strict=True))
    limits = [statistics.median(each) for each in zip(*limit, strict=True)]
    return [
        OnPostgresql("seconds to the first answer", started, started / limits[0], "of bare"),
        OnPostgresql("MiB after the start", memory, memory / limits[1], "of bare"),
    ]


def _p99(storms: Sequence[Storm]) -> float:
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
