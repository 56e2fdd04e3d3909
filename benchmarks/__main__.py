"""`make bench`: us, the limits and the peers side by side, into docs/performance.md.

Loopback only; most of an hour. Rounds are interleaved, medians count, and what is to be
trusted are ratios within one run: machines drift.
"""

import argparse
import contextlib
import logging
import random
import shutil
import signal
import sys
from collections.abc import Iterator

import uvloop
from msgspec import json, structs

from benchmarks import measures, operations, report
from benchmarks.guards import guards, passing
from benchmarks.many_sessions import many_sessions
from benchmarks.nodes import nodes as workers_and_nodes
from benchmarks.pieces import Piece, pieces
from benchmarks.postgresql import on_postgresql
from benchmarks.report import Figures
from benchmarks.targets import INSTALLED, Server, Target, cheap, named, peers, serving

STORMS = (0, 8, 32, 128)
USERS = 8
FIGURES = INSTALLED / "figures.json"
READS_A_ROUND = 3  # the machine differs more from second to second than the targets do
GROWTH = (1_000, 100_000, 10_000_000)
STARTS = 5
WITHOUT = {
    "8, hashing on the event loop": ("threads", 8),
    "8, hashing at the priority of all else": ("priority", 8),
}
DEFAULT = "figures, and requests up to 1,000 a second"
ROUTED = f"{DEFAULT}; through the router"
RECORDING = {
    "nothing": {"FRONTDESK_REQUEST_LOG": "off", "FRONTDESK_METRICS": "off"},
    "figures": {"FRONTDESK_REQUEST_LOG": "off"},
    DEFAULT: {},
    "figures, and every request": {"FRONTDESK_REQUEST_LOG_MAX_PER_SECOND": "1000000"},
}


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def noting(what: str) -> Iterator[None]:
    """Say what is done, and go on if it cannot be: the report names it."""
    say(what)
    try:
        yield
    except Exception as error:
        say(f"  {error!r}")
        report.TROUBLE[what] = f"{type(error).__name__}: {error}"


def installed() -> Iterator[Target]:
    """The peers that could be installed."""
    for peer in peers():
        with noting(f"installing {peer.name}"):
            peer.prepare()
            yield peer


def compare(targets: list[Target], rounds: int, seconds: float) -> dict[str, Figures]:
    """M1 to M5, side by side."""
    figures: dict[str, Figures] = {target.name: Figures() for target in targets}
    with contextlib.ExitStack() as stack:
        servers = []
        for target in targets:
            with noting(f"starting {target.name}"):
                users = USERS if target.log_in else 0
                servers.append(stack.enter_context(serving(target, users=users)))
        for number in range(1, rounds + 1):
            for _ in range(READS_A_ROUND):
                # In any order: whoever comes after the busiest is worse off.
                for server in random.sample(servers, len(servers)):
                    with noting(f"round {number}: reads: {server.target.name}"):
                        found = measures.reads(server, seconds / 2)
                        figures[server.target.name].reads.append(found)
            for server in servers:
                if server.target.log_in:
                    with noting(f"round {number}: hashes, sign-ups, storms: {server.target.name}"):
                        _hashing(server, figures[server.target.name], seconds)
        for server in servers:
            figures[server.target.name].memory = server.memory()
    return figures


def _hashing(server: Server, found: Figures, seconds: float) -> None:
    found.raw_hashes.append(server.target.hashes_a_second(seconds / 2))
    found.sign_ups.append(measures.sign_ups(server, seconds))
    for clients in STORMS:
        found.storms[clients].append(measures.storm(server, clients, seconds, USERS))


def starts(targets: list[Target], figures: dict[str, Figures]) -> None:
    """M6: from the command to the first answer."""
    for _ in range(STARTS):
        for target in targets:
            with noting(f"starting {target.name} once more"), serving(target) as server:
                figures[target.name].starts.append(server.started_in)


def ours(seconds: float, rounds: int, sizes: tuple[int, ...]) -> report.Ours:
    """What is measured of Frontdesk alone."""
    frontdesk, found = named("frontdesk"), report.Ours()
    for name, (what, clients) in WITHOUT.items():
        with noting(name), serving(_without(frontdesk, what), users=USERS) as server:
            for _ in range(rounds):
                found.without[name].append(measures.storm(server, clients, seconds, USERS))
    with noting("attack"), serving(frontdesk, users=USERS, FRONTDESK_THROTTLE="on") as server:
        for _ in range(rounds):
            found.calm.append(measures.storm(server, 0, seconds, USERS))
            found.attack.append(measures.attack(server, STORMS[-1], seconds))
    with (
        noting("writes"),
        serving(frontdesk, users=USERS, FRONTDESK_BCRYPT_COST="10") as server,
    ):
        sessions = [server.log_in(number % USERS) for number in range(32)]
        for _ in range(rounds):
            found.commits.append(measures.raw_commits(seconds / 2))
            for clients in (1, len(sessions)):
                rate = measures.writes(server, sessions[:clients], seconds / 2)
                found.writes[clients].append(rate)
    with noting("what operators ask"):
        found.answers = list(operations.questions(frontdesk))
    with noting("what recording costs"):
        _recording(found, seconds, rounds)
    with noting("what is there for speed"):
        found.pieces = uvloop.run(_all_pieces())
    with noting("many sessions"):
        bare = named("bare")
        found.many_sessions = many_sessions(cheap(frontdesk), bare, seconds / 2, 3 * rounds)
    with noting("PostgreSQL"):
        found.postgresql = on_postgresql(frontdesk, named("bare"), seconds / 2, rounds)
    with noting("guards of other applications"):
        found.guards = guards(frontdesk, seconds / 2, rounds)
        found.passed = passing(frontdesk)
    with noting("workers and nodes"):
        found.nodes = workers_and_nodes(frontdesk, seconds / 2, rounds)
    with noting(f"growing to {sizes[-1]:,} users" if sizes else "no growth"):
        found.growth = list(measures.growth(cheap(frontdesk), sizes, seconds / 2, rounds))
    return found


async def _all_pieces() -> list[Piece]:
    logging.disable()
    return [piece async for piece in pieces()]


def _without(target: Target, what: str) -> Target:
    serve = ["{python}", "-m", "benchmarks.without", what, "{port}"]
    return structs.replace(target, serve=serve)


def _recording(found: report.Ours, seconds: float, rounds: int) -> None:
    """In more rounds than elsewhere, and shorter ones: the differences are small."""
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(serving(named("frontdesk"), None, 1, **settings))
            for name, settings in RECORDING.items()
        }
        asked: list[tuple[str, Server, list[str]]] = [
            *((name, server, []) for name, server in servers.items()),
            (ROUTED, servers[DEFAULT], ["-H", "Origin: null"]),
        ]
        found.recording = {name: [] for name, _, _ in asked}
        for _ in range(4 * rounds):
            for name, server, more in random.sample(asked, len(asked)):
                found.recording[name].append(measures.reads(server, seconds / 4, *more))


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="for each phase (%(default)s)")
    parser.add_argument("--no-peers", action="store_true", help="only us and the limits")
    parser.add_argument("--up-to", type=int, default=GROWTH[-1], help="users to grow to")
    parser.add_argument("--dry", action="store_true", help="print the report, write nothing")
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("The benchmark needs wrk; on Debian: apt-get install wrk.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and end every server on the way out
    targets = [named("raw"), named("bare"), named("frontdesk")]
    targets += [] if given.no_peers else installed()
    figures = compare(targets, given.rounds, given.seconds)
    starts(targets, figures)
    FIGURES.write_bytes(json.encode(figures))  # in case that what follows is cut off
    sizes = tuple(size for size in GROWTH if size <= given.up_to)
    own = ours(given.seconds, given.rounds, sizes)
    FIGURES.write_bytes(json.encode([figures, own]))
    report.write(targets, figures, own, sys.argv[1:], dry=given.dry)


if __name__ == "__main__":
    main()
