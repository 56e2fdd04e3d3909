"""From figures to docs/performance.md and its picture."""

import math
import operator
import os
import platform
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from benchmarks.guards import Guarded, Passed
from benchmarks.guards import table_of as table_of_guards
from benchmarks.many_sessions import ManySessions
from benchmarks.measures import Growth, Reads, Storm
from benchmarks.nodes import Shape
from benchmarks.nodes import table_of as table_of_nodes
from benchmarks.operations import REQUESTS, Answer
from benchmarks.operations import USERS as OPERATED
from benchmarks.picture import picture
from benchmarks.pieces import Piece
from benchmarks.postgresql import OnPostgresql, table_of
from benchmarks.targets import Target
from tests.startup.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
_MARKED = re.compile(r"(<!-- measured -->\n).*(<!-- /measured -->)", re.DOTALL)
_VERSIONS = ("litestar", "uvicorn", "uvloop", "httptools", "msgspec", "bcrypt")

Each = TypeVar("Each")

TROUBLE: dict[str, str] = {}
"""What could not be measured, and why."""


class Figures(Struct):
    """One target's, a number for each round."""

    reads: list[Reads] = field(default_factory=list)
    raw_hashes: list[float] = field(default_factory=list)
    sign_ups: list[float] = field(default_factory=list)
    storms: dict[int, list[Storm]] = field(default_factory=lambda: defaultdict(list))
    memory: float = 0
    starts: list[float] = field(default_factory=list)


class Ours(Struct):
    """What is measured of Frontdesk alone."""

    without: dict[str, list[Storm]] = field(default_factory=lambda: defaultdict(list))
    calm: list[Storm] = field(default_factory=list)
    attack: list[Storm] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    writes: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    growth: list[Growth] = field(default_factory=list)
    many_sessions: list[ManySessions] = field(default_factory=list)
    postgresql: list[OnPostgresql] = field(default_factory=list)
    guards: list[Guarded] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    nodes: list[Shape] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    recording: dict[str, list[Reads]] = field(default_factory=lambda: defaultdict(list))
    pieces: list[Piece] = field(default_factory=list)


def write(
    targets: list[Target],
    figures: dict[str, Figures],
    ours: Ours,
    arguments: list[str],
    *,
    dry: bool,
) -> None:
    """Put the tables between the page's marks, and the picture beside it."""
    command = " ".join(["python -m benchmarks", *arguments])
    parts = [
        _conditions(command),
        _comparison(targets, figures),
        "### Storms of logins, and an attack",
        _storms(figures["Frontdesk"], ours),
        "### What is there for speed, and what it brings",
        _pieces(ours.pieces),
        "### Many sessions",
        _many_sessions(ours.many_sessions),
        f"### PostgreSQL\n\n{table_of(ours.postgresql)}",
        f"### Guards of other applications\n\n{table_of_guards(ours.guards, ours.passed)}",
        f"### Workers and nodes\n\n{table_of_nodes(ours.nodes)}",
        "### Growth and writes",
        _growth(ours),
        "### What operators ask, and what recording costs",
        _operations(ours),
    ]
    text = "\n\n".join(part for part in parts if part)
    print(text)
    if not dry:
        page = PAGE.read_text()
        PAGE.write_text(_MARKED.sub(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page))
        rates = {
            target.name: _median(figures[target.name].reads, lambda each: each.rate)
            for target in targets
            if figures[target.name].reads
        }
        PICTURE.write_text(picture(rates))


def _conditions(command: str) -> str:
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {len(os.sched_getaffinity(0))} cores"
        f" ({models[0] if models else 'unknown'}), {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, {versions}. Medians of the rounds; in brackets the"
        " lowest and the highest."
    )


def _comparison(targets: list[Target], figures: dict[str, Figures]) -> str:
    bare = [each.rate for each in figures["bare Litestar"].reads]
    lines = [
        "| | M1 reads/s | of bare Litestar | p50 / p99 ms | M2 logins ÷ hashes "
        "| M3 p99 ms idle; 8, 32, 128 clients | M4 sign-ups ÷ hashes | M5 MiB | M6 start s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    alone = _hashes_alone(targets, figures)
    for target in targets:
        found, hashes = figures[target.name], alone[target.folder]
        rates = [each.rate for each in found.reads]
        cells = [
            f"**{target.name}**" if target.name == "Frontdesk" else target.name,
            _spread(rates, "{:,.0f}"),
            f"{_ratio(rates, bare):.2f}",
            f"{_median(found.reads, lambda each: each.p50):.1f} / "
            f"{_median(found.reads, lambda each: each.p99):.1f}",
        ]
        if found.raw_hashes:
            p99 = {clients: _p99(storms) for clients, storms in found.storms.items()}
            logins = [each.logins for each in found.storms[8]]
            cells += [
                f"{_ratio(logins, hashes):.2f}",
                f"{p99[0]:.1f}; " + ", ".join(f"{p99[n]:,.1f}" for n in p99 if n),
                f"{_ratio(found.sign_ups, hashes):.2f}",
            ]
        else:
            cells += ["", "", ""]
        cells += [f"{found.memory:.0f}", f"{_median(found.starts, float):.2f}"]
        lines.append(f"| {' | '.join(cells)} |".replace("nan", "?"))
    lines += ["", *(f"Not measured: {what}: {why}" for what, why in TROUBLE.items())]
    return "\n".join(lines).rstrip()


def _hashes_alone(targets: list[Target], figures: dict[str, Figures]) -> dict[str, list[float]]:
    """Of each folder's scheme and cost, for each round: whoever is served in two ways hashes in
    one, and was measured twice.
    """
    measured: dict[str, list[list[float]]] = defaultdict(list)
    for target in targets:
        measured[target.folder].append(figures[target.name].raw_hashes)
    return {
        folder: [statistics.mean(each) for each in zip(*filter(None, rounds), strict=False)]
        for folder, rounds in measured.items()
    }


def _storms(found: Figures, ours: Ours) -> str:
    lines = [
        "| clients | logins/s | of bcrypt alone | turned away/s | read p50 ms | p99 ms | of idle |",
        "|---|---|---|---|---|---|---|",
    ]
    calm = _p99(found.storms[0])
    named = {str(clients): storms for clients, storms in found.storms.items()} | ours.without
    lines += [_storm(name, storms, found.raw_hashes, calm) for name, storms in named.items()]
    name = "128 guessing wrong, from 128 addresses, at 6,400 names"
    lines.append(_storm(name, ours.attack, found.raw_hashes, _p99(ours.calm)))
    return "\n".join(lines).replace("nan", "?")


def _storm(name: str, storms: list[Storm], raw: list[float], calm: float) -> str:
    logins, p99 = [each.logins for each in storms], _p99(storms)
    return (
        f"| {name} | {_median(logins, float):.1f} | {_ratio(logins, raw):.2f} "
        f"| {_median(storms, lambda each: each.refused):.1f} "
        f"| {_share(storms, 0.5):.1f} | {p99:.1f} | {p99 / calm:.1f} |"
    )


def _p99(storms: list[Storm]) -> float:
    return _share(storms, 0.99)


def _share(storms: list[Storm], share: float) -> float:
    """What so many of all reads of all rounds took at most."""
    took = sorted(each for storm in storms for each in storm.took)
    return took[int(len(took) * share)] if took else math.nan


def _pieces(pieces: list[Piece]) -> str:
    lines = ["| the thing | with it | without it | |", "|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.with_it:.1f} | {each.without:.1f} | {each.unit} |"
        for each in pieces
    ]
    return "\n".join(lines)


def _many_sessions(found: list[ManySessions]) -> str:
    lines = ["| reads of | a second | of bare Litestar |", "|---|---|---|"]
    lines += [f"| {each.what} | {each.rate:,.0f} | {each.of_bare:.2f} |" for each in found]
    return "\n".join(lines) if found else ""


def _growth(ours: Ours) -> str:
    lines = []
    if ours.growth:
        first = ours.growth[0]
        lines += [
            "| users, and as many sessions | M1 reads/s | of the first | of sessions in turn "
            "| of the first | a login, ms, at cost 10 | of the first | an operator's page, ms "
            "| of the first |",
            f"|{'---|' * 9}",
        ]
        lines += [
            f"| {each.users:,} | {each.reads:,.0f} | {each.reads / first.reads:.2f} "
            f"| {each.reads_in_turn:,.0f} | {each.reads_in_turn / first.reads_in_turn:.2f} "
            f"| {each.login_ms:.1f} | {each.login_ms / first.login_ms:.2f} "
            f"| {each.list_ms:.1f} | {each.list_ms / first.list_ms:.2f} |"
            for each in ours.growth
        ]
    if ours.writes:
        raw = statistics.median(ours.commits)
        lines += ["", f"SQLite alone: {_spread(ours.commits, '{:,.0f}')} commits/s.", ""]
        lines += ["| clients renaming | answers/s | of SQLite alone |", "|---|---|---|"]
        lines += [
            f"| {clients} | {_spread(rates, '{:,.0f}')} | {statistics.median(rates) / raw:.2f} |"
            for clients, rates in ours.writes.items()
        ]
    return "\n".join(lines)


def _operations(ours: Ours) -> str:
    lines = [
        f"Over HTTP, {OPERATED:,} users and as many sessions, {REQUESTS:,} requests on record:",
        "",
        "| question | median ms | slowest ms |",
        "|---|---|---|",
        *(f"| {each.question} | {each.median:.1f} | {each.slowest:.1f} |" for each in ours.answers),
        "",
        "| recorded | reads/s | of none | p99 ms |",
        "|---|---|---|---|",
    ]
    none = [each.rate for each in ours.recording["nothing"]]
    for name, found in ours.recording.items():
        rates = [each.rate for each in found]
        ratio = _ratio(rates, none)
        p99 = _median(found, lambda each: each.p99)
        lines.append(f"| {name} | {_spread(rates, '{:,.0f}')} | {ratio:.2f} | {p99:.1f} |")
    return "\n".join(lines)


def _median(found: Iterable[Each], value: Callable[[Each], float]) -> float:
    values = [value(each) for each in found]
    return statistics.median(values) if values else math.nan


def _ratio(these: list[float], those: list[float]) -> float:
    """The median of the rounds' ratios, for rounds differ more than what is compared; if some are
    missing, the ratio of the medians.
    """
    if len(these) == len(those):
        return _median(map(operator.truediv, these, those), float)
    return _median(these, float) / _median(those, float)


def _spread(values: list[float], form: str) -> str:
    if not values:
        return "?"
    low, middle, high = (form.format(f(values)) for f in (min, statistics.median, max))
    return f"{middle} ({low} to {high})"
