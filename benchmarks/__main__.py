"""`make bench`: us, the limits and the peers side by side, into docs/performance.md.

Loopback only. It has parts, of at most half an hour each, that can be measured one at a time
(`python -m benchmarks PART…`); the page is made of what was measured last of each. Rounds are
interleaved, medians count, and what is to be trusted are ratios within one run: machines drift.
"""

import argparse
import contextlib
import logging
import random
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping

import uvloop
from msgspec import Struct, structs

from benchmarks import figures as figs
from benchmarks import measures, operations, report
from benchmarks.day import days
from benchmarks.figures import Figures
from benchmarks.growth import growth
from benchmarks.guards import guards, passing
from benchmarks.many_sessions import many_sessions
from benchmarks.nodes import nodes as workers_and_nodes
from benchmarks.pieces import Piece, pieces
from benchmarks.postgresql import on_postgresql
from benchmarks.targets import Server, Target, cheap, named, peers, serving
from benchmarks.ways import ways

STORMS = (0, 8, 32, 128)
USERS = 8
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


class Given(Struct, frozen=True):
    """How much to measure."""

    rounds: int
    seconds: float
    up_to: int
    no_peers: bool


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
        figs.TROUBLE[what] = f"{type(error).__name__}: {error}"


def installed() -> Iterator[Target]:
    """The peers that could be installed."""
    for peer in peers():
        with noting(f"installing {peer.name}"):
            peer.prepare()
            yield peer


def compare(targets: list[Target], rounds: int, seconds: float) -> dict[str, Figures]:
    """M1 to M5, side by side."""
    figures = {target.name: Figures(folder=target.folder) for target in targets}
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


def _alone(found: figs.Ours, given: Given) -> None:
    """Storms without what makes them bearable, an attack, and renames."""
    frontdesk = named("frontdesk")
    for name, (what, clients) in WITHOUT.items():
        with noting(name), serving(_without(frontdesk, what), users=USERS) as server:
            for _ in range(given.rounds):
                found.without[name].append(measures.storm(server, clients, given.seconds, USERS))
    with noting("attack"), serving(frontdesk, users=USERS, FRONTDESK_THROTTLE="on") as server:
        for _ in range(given.rounds):
            found.calm.append(measures.storm(server, 0, given.seconds, USERS))
            found.attack.append(measures.attack(server, STORMS[-1], given.seconds))
    with (
        noting("writes"),
        serving(frontdesk, users=USERS, FRONTDESK_BCRYPT_COST="10") as server,
    ):
        sessions = [server.log_in(number % USERS) for number in range(32)]
        for _ in range(given.rounds):
            found.commits.append(measures.raw_commits(given.seconds / 2))
            for clients in (1, len(sessions)):
                rate = measures.writes(server, sessions[:clients], given.seconds / 2)
                found.writes[clients].append(rate)


def _operators(found: figs.Ours, given: Given) -> None:
    """What operators ask, what recording costs, and what is there for speed."""
    with noting("what operators ask"):
        found.answers = list(operations.questions(named("frontdesk")))
    with noting("what recording costs"):
        _recording(found, given.seconds, given.rounds)
    with noting("what is there for speed"):
        found.pieces = uvloop.run(_all_pieces())


def _sessions(found: figs.Ours, given: Given) -> None:
    frontdesk, bare = cheap(named("frontdesk")), named("bare")
    found.many_sessions = many_sessions(frontdesk, bare, given.seconds / 2, 3 * given.rounds)


def _postgresql(found: figs.Ours, given: Given) -> None:
    frontdesk, bare = named("frontdesk"), named("bare")
    found.postgresql = on_postgresql(frontdesk, bare, given.seconds / 2, given.rounds)


def _guards(found: figs.Ours, given: Given) -> None:
    found.guards = guards(named("frontdesk"), given.seconds / 2, given.rounds)
    found.passed = passing(named("frontdesk"))


def _nodes(found: figs.Ours, given: Given) -> None:
    found.nodes = workers_and_nodes(named("frontdesk"), given.seconds / 2, given.rounds)


def _ways(found: figs.Ours, given: Given) -> None:
    found.ways = ways(named("frontdesk"), named("bare"), given.seconds / 2, given.rounds)


def _day(found: figs.Ours, given: Given) -> None:
    found.days = days(named("frontdesk"), named("bare"), 2 * given.seconds, given.rounds)


def _growth(found: figs.Ours, given: Given) -> None:
    sizes = tuple(size for size in GROWTH if size <= given.up_to)
    frontdesk = cheap(named("frontdesk"))
    found.growth = list(growth(frontdesk, sizes, given.seconds / 2, given.rounds))


Measure = Callable[[figs.Ours, Given], None]

ALONE: Mapping[str, tuple[Measure, tuple[str, ...]]] = {
    "alone": (_alone, ("without", "calm", "attack", "commits", "writes")),
    "operators": (_operators, ("answers", "recording", "pieces")),
    "sessions": (_sessions, ("many_sessions",)),
    "postgresql": (_postgresql, ("postgresql",)),
    "guards": (_guards, ("guards", "passed")),
    "nodes": (_nodes, ("nodes",)),
    "ways": (_ways, ("ways",)),
    "day": (_day, ("days",)),
    "growth": (_growth, ("growth",)),
}
"""What is measured of Frontdesk alone, part by part, and what of the figures is its own."""

PEERS = "peers"
PARTS = (PEERS, *ALONE)


async def _all_pieces() -> list[Piece]:
    logging.disable()
    return [piece async for piece in pieces()]


def _without(target: Target, what: str) -> Target:
    serve = ["{python}", "-m", "benchmarks.without", what, "{port}"]
    return structs.replace(target, serve=serve)


def _recording(found: figs.Ours, seconds: float, rounds: int) -> None:
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


def measure(part: str, given: Given) -> None:
    """Measure one part, and keep the figures."""
    figs.TROUBLE.clear()
    if part == PEERS:
        targets = _targets(given)
        figures = compare(targets, given.rounds, given.seconds)
        starts(targets, figures)
        figs.keep(part, figs.Measured(figs.conditions(), figures, trouble=figs.TROUBLE))
        return
    found = figs.Ours()
    with noting(part):
        ALONE[part][0](found, given)
    figs.keep(part, figs.Measured(figs.conditions(), ours=found, trouble=figs.TROUBLE))


def _targets(given: Given) -> list[Target]:
    limits = [named("raw"), named("bare"), named("frontdesk")]
    return limits if given.no_peers else [*limits, *installed()]


def main() -> None:
    """Measure, and write the report."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (all)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="for each phase (%(default)s)")
    parser.add_argument("--no-peers", action="store_true", help="only us and the limits")
    parser.add_argument("--up-to", type=int, default=GROWTH[-1], help="users to grow to")
    parser.add_argument("--dry", action="store_true", help="print the report, write nothing")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report")
    read = parser.parse_args()
    if unknown := {*read.parts} - {*PARTS}:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    if shutil.which("wrk") is None:
        sys.exit("The benchmark needs wrk; on Debian: apt-get install wrk.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and end every server on the way out
    given = Given(read.rounds, read.seconds, read.up_to, read.no_peers)
    for part in () if read.report else read.parts or PARTS:
        say(f"part {part}")
        measure(part, given)
    own = {part: fields for part, (_, fields) in ALONE.items()}
    report.write(PEERS, own, dry=read.dry)


if __name__ == "__main__":
    main()
