"""`python -m benchmarks.day`: a day's mix of requests, on both engines.

Of 100 requests 95 verify one of 10,000 sessions (`GET /api/session`), 3 list sessions or events,
one is a login and one a rename. Who is turned away comes again. The limit is the time that bare
Litestar and bcrypt alone would need for what was done: a login is a hash, all others a read.
"""

import statistics

from msgspec import Struct

from benchmarks.engines import ENGINES, filled
from benchmarks.limits import hashes_a_second
from benchmarks.load import elsewhere, mix
from benchmarks.measures import reads
from benchmarks.targets import Call, Server, Target, named, serving

SESSIONS = 10_000
PEOPLE = 20
"""Who log in, and rename themselves."""
VERIFY, LOG_IN = "verify", "log in"
SHARES = {VERIFY: 95.0, "list": 3.0, LOG_IN: 1.0, "rename": 1.0}
IDLE_A_SECOND = 50
LOAD = 0.5
"""Of what it can do at most."""


class Kind(Struct):
    """Milliseconds of one kind of request, at half of what the service can do at most."""

    name: str
    number: int
    p50: float
    p99: float


class Day(Struct):
    """Requests a second at most, the share of the time that the limit would need for them, and how
    long each took.
    """

    engine: str
    rate: float
    of_limit: float
    idle_p99: float
    kinds: list[Kind]


def days(target: Target, bare: Target, seconds: float, rounds: int) -> list[Day]:
    """One for each engine; medians of the rounds."""
    return [_day(engine, target, bare, seconds, rounds) for engine in ENGINES]


def _day(engine: str, target: Target, bare: Target, seconds: float, rounds: int) -> Day:
    rates: list[float] = []
    ratios: list[float] = []
    took: dict[str, list[float]] = {name: [] for name in SHARES}
    idle: list[float] = []
    many = {"FRONTDESK_SESSIONS_PER_USER": "1000"}  # whose logins end none
    with filled(engine, target, users=PEOPLE, more=SESSIONS, known=SESSIONS, **many) as (
        settings,
        tokens,
    ):
        credentials = [f"Cookie: sessionid={token.value}" for token in tokens]
        with serving(target, **settings) as server, serving(bare) as limit:
            kinds = _kinds(server, credentials)
            verifying = {VERIFY: kinds[VERIFY]}
            for _ in range(rounds):
                read, hashed = reads(limit, seconds).rate, hashes_a_second(seconds)
                done = {
                    name: len(each) for name, each in _run(server, kinds, seconds, pace=0).items()
                }
                rate = sum(done.values()) / seconds
                rates.append(rate)
                logins = done[LOG_IN]
                least = (sum(done.values()) - logins) / read + logins / hashed
                ratios.append(least / seconds)
                idle += _run(server, verifying, seconds, pace=IDLE_A_SECOND)[VERIFY]
                for name, found in _run(server, kinds, seconds, pace=LOAD * rate).items():
                    took[name] += found
    return Day(
        engine,
        statistics.median(rates),
        statistics.median(ratios),
        _share(idle, 0.99),
        [
            Kind(name, len(each), _share(each, 0.5), _share(each, 0.99))
            for name, each in took.items()
        ],
    )


def _kinds(server: Server, credentials: list[str]) -> dict[str, tuple[float, list[bytes]]]:
    people = [server.log_in(number) for number in range(PEOPLE)]
    requests = {
        VERIFY: [Call("/api/session", "GET").encode(0, each) for each in credentials],
        "list": [
            Call(path, "GET").encode(0, each)
            for each in credentials
            for path in ("/api/user/sessions", "/api/user/events")
        ],
        LOG_IN: [server.log_in_as(SESSIONS // 2 + number) for number in range(PEOPLE)],
        "rename": [
            Call("/api/user", "PUT", f'{{"username": "name{number}-{turn}"}}').encode(0, each)
            for number, each in enumerate(people)
            for turn in (0, 1)
        ],
    }
    return {name: (share, requests[name]) for name, share in SHARES.items()}


def _run(
    server: Server, kinds: dict[str, tuple[float, list[bytes]]], seconds: float, *, pace: float
) -> dict[str, list[float]]:
    with elsewhere(1) as run:
        found: dict[str, list[float]] = run(mix, server.port, kinds, seconds, pace=pace).result(
            4 * seconds + 120
        )
    return found


def _share(took: list[float], share: float) -> float:
    return 1000 * sorted(took)[int(len(took) * share)] if took else float("nan")


def table_of(found: list[Day]) -> str:
    """For the report."""
    if not found:
        return ""
    lines = [
        "| | requests/s | of the limit | verifications p99 ms, idle |"
        + "".join(f" {name} p50 / p99 ms |" for name in SHARES),
        f"|{'---|' * (4 + len(SHARES))}",
    ]
    for each in found:
        cells = [f"{kind.p50:.1f} / {kind.p99:.1f}" for kind in each.kinds]
        lines.append(
            f"| {each.engine} | {each.rate:,.0f} | {each.of_limit:.2f} | {each.idle_p99:.1f} |"
            f" {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    print(table_of(days(named("frontdesk"), named("bare"), 6, 3)))


if __name__ == "__main__":
    main()
