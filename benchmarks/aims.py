"""What was aimed at, the figure, and whether it was met."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from benchmarks.figures import Figures, Ours
from benchmarks.growth import Growth
from benchmarks.medians import hashes_alone, median, p99, ratio

OURS, BARE = "Frontdesk", "bare Litestar"
LIMITS = (BARE, "raw ASGI")
SESSIONS = {
    ("SQLite", "one session"): 0.85,
    ("SQLite", "100,000 at random"): 0.75,
    ("SQLite", "100,000 at random, 20 renames a second beside"): 0.7,
    ("PostgreSQL", "one session"): 0.65,
    ("PostgreSQL", "100,000 at random"): 0.65,
}
STORM = {"SQLite": 2.5, "PostgreSQL": 3.0}
MIX, VERIFICATIONS = 0.5, 3.0
BARE_TIMES, GROWTH_TIMES = 2.0, 1.2


class Aim(Struct):
    """`bound` is the least, or if it is `at_most` the most."""

    what: str
    figure: float
    bound: float
    at_most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it was met, by the figure as it is shown."""
        shown = round(self.figure, 2)
        return shown <= self.bound if self.at_most else shown >= self.bound


def aims(figures: Mapping[str, Figures], ours: Ours) -> Iterator[Aim]:
    """As far as they were measured."""
    if OURS in figures:
        yield from _beside_others(figures)
    for each in ours.many_sessions:
        bound = SESSIONS.get((each.engine, each.what))
        if bound:
            yield Aim(f"{each.engine}: reads of {each.what}, of {BARE}", each.of_bare, bound)
    for day in ours.days:
        verified = next(kind.p99 for kind in day.kinds if kind.name == "verify")
        yield Aim(f"{day.engine}: a day's mix, of the limit", day.of_limit, MIX)
        times = verified / day.idle_p99
        what = f"{day.engine}: p99 of verifications in the mix, of idle"
        yield Aim(what, times, VERIFICATIONS, at_most=True)
    for on in ours.postgresql:
        if on.what.startswith("p99 of reads while"):
            what = f"PostgreSQL: {on.what.removesuffix(', ms')}, of idle"
            yield Aim(what, on.ratio, STORM["PostgreSQL"], at_most=True)
    firsts = {each.engine: each for each in reversed(ours.growth)}
    lasts = {each.engine: each for each in ours.growth}
    for engine, last in lasts.items():
        yield from _growth(engine, firsts[engine], last)


def _beside_others(figures: Mapping[str, Figures]) -> Iterator[Aim]:
    own, bare = figures[OURS], figures[BARE]
    peers = [each for name, each in figures.items() if name not in (OURS, *LIMITS)]
    if peers:
        hashes = hashes_alone(figures)

        def hashing(these: list[float], of: Figures) -> float:
            return ratio(these, hashes[of.folder])

        for what, mine, theirs in (
            ("reads", _reads(own), map(_reads, peers)),
            (
                "logins ÷ hashes",
                hashing(_logins(own), own),
                (hashing(_logins(each), each) for each in peers),
            ),
            (
                "sign-ups ÷ hashes",
                hashing(own.sign_ups, own),
                (hashing(each.sign_ups, each) for each in peers),
            ),
        ):
            yield Aim(f"{what}, of the best peer's", mine / max(theirs), 1)
        for clients in (8, 32, 128):
            least = min(p99(each.storms[clients]) for each in peers)
            what = f"p99 of reads while {clients} clients log in, of the best peer's"
            yield Aim(what, p99(own.storms[clients]) / least, 1, at_most=True)
    idle = p99(own.storms[0])
    for clients in (8, 32, 128):
        what = f"SQLite: p99 of reads while {clients} clients log in, of idle"
        yield Aim(what, p99(own.storms[clients]) / idle, STORM["SQLite"], at_most=True)
    started = median(own.starts, float) / median(bare.starts, float)
    yield Aim(f"seconds to the first answer, of {BARE}'s", started, BARE_TIMES, at_most=True)
    yield Aim(f"memory, of {BARE}'s", own.memory / bare.memory, BARE_TIMES, at_most=True)


def _growth(engine: str, first: Growth, last: Growth) -> Iterator[Aim]:
    of = f"{engine}: with {last.users:,} users instead of {first.users:,}"
    for what, times in {
        "the time of a read": first.reads / last.reads,
        "the time of a read of sessions in turn": first.reads_in_turn / last.reads_in_turn,
        "a login": last.login_ms / first.login_ms,
        "an operator's page": last.list_ms / first.list_ms,
    }.items():
        yield Aim(f"{of}, {what}", times, GROWTH_TIMES, at_most=True)


def _reads(figures: Figures) -> float:
    return median(figures.reads, lambda each: each.rate)


def _logins(figures: Figures) -> list[float]:
    return [each.logins for each in figures.storms[8]]


def table_of(found: list[Aim]) -> str:
    """For the report."""
    lines = ["| aim | figure | bound | |", "|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.figure:,.2f} | {'≤' if each.at_most else '≥'} {each.bound:g} |"
        f" {'met' if each.is_met else '**not met**'} |"
        for each in found
    ]
    return "\n".join(lines)
