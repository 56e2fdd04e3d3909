"""From figures to docs/performance.md and its picture."""

import re
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence

from benchmarks.aims import aims
from benchmarks.aims import table_of as table_of_aims
from benchmarks.day import table_of as table_of_days
from benchmarks.figures import Figures, Ours, kept
from benchmarks.growth import Growth
from benchmarks.guards import table_of as table_of_guards
from benchmarks.many_sessions import table_of as table_of_sessions
from benchmarks.measures import Storm
from benchmarks.medians import hashes_alone, median, p99, ratio, share, spread
from benchmarks.nodes import table_of as table_of_nodes
from benchmarks.operations import REQUESTS
from benchmarks.operations import USERS as OPERATED
from benchmarks.picture import picture
from benchmarks.pieces import Piece
from benchmarks.postgresql import table_of
from benchmarks.ways import table_of as table_of_ways
from tests.startup.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
_MARKED = re.compile(r"(<!-- measured -->\n).*(<!-- /measured -->)", re.DOTALL)


def write(peers: str, own: Mapping[str, Sequence[str]], *, dry: bool) -> None:
    """Put the tables of what was measured last of each part between the page's marks, and the
    picture beside it.
    """
    found = kept()
    figures = found[peers].figures if peers in found else {}
    ours = Ours()
    for part, names in own.items():
        for name in names if part in found else ():
            setattr(ours, name, getattr(found[part].ours, name))
    trouble = {what: why for each in found.values() for what, why in each.trouble.items()}
    sections = [
        _conditions({name: each.conditions for name, each in found.items()}),
        f"### Aims\n\n{table_of_aims([*aims(figures, ours)])}",
        f"### Beside others\n\n{_comparison(figures, trouble)}" if figures else "",
        f"### Storms of logins, and an attack\n\n{_storms(figures['Frontdesk'], ours)}"
        if figures and ours.calm
        else "",
        f"### Ways to ask\n\n{table_of_ways(ours.ways)}" if ours.ways else "",
        f"### A day's mix\n\n{table_of_days(ours.days)}" if ours.days else "",
        f"### Many sessions\n\n{table_of_sessions(ours.many_sessions)}"
        if ours.many_sessions
        else "",
        f"### PostgreSQL\n\n{table_of(ours.postgresql)}" if ours.postgresql else "",
        f"### Workers and nodes\n\n{table_of_nodes(ours.nodes)}" if ours.nodes else "",
        f"### Growth and writes\n\n{_growth(ours)}" if ours.growth or ours.writes else "",
        f"### Guards of other applications\n\n{table_of_guards(ours.guards, ours.passed)}"
        if ours.guards
        else "",
        f"### What operators ask, and what recording costs\n\n{_operations(ours)}"
        if ours.answers
        else "",
        f"### What is there for speed, and what it brings\n\n{_pieces(ours.pieces)}"
        if ours.pieces
        else "",
    ]
    text = "\n\n".join(section for section in sections if section)
    print(text)
    if not dry:
        page = PAGE.read_text()
        PAGE.write_text(_MARKED.sub(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", page))
        if figures:
            PICTURE.write_text(
                picture({name: _rate(each) for name, each in figures.items() if each.reads})
            )


def _rate(figures: Figures) -> float:
    return median(figures.reads, lambda each: each.rate)


def _conditions(measured: Mapping[str, str]) -> str:
    """Once, if it was the same for all parts."""
    by_conditions: dict[str, list[str]] = defaultdict(list)
    for part, each in measured.items():
        by_conditions[each].append(part)
    lines = [f"{', '.join(sorted(parts))}: {each}." for each, parts in by_conditions.items()]
    told = (
        f"All parts: {next(iter(by_conditions))}." if len(lines) == 1 else "\n".join(sorted(lines))
    )
    return f"{told} Medians of the rounds; in brackets the lowest and the highest."


def _comparison(figures: dict[str, Figures], trouble: Mapping[str, str]) -> str:
    bare = [each.rate for each in figures["bare Litestar"].reads]
    lines = [
        "| | M1 reads/s | of bare Litestar | p50 / p99 ms | M2 logins ÷ hashes "
        "| M3 p99 ms idle; 8, 32, 128 clients | M4 sign-ups ÷ hashes | M5 MiB | M6 start s |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    alone = hashes_alone(figures)
    for name, found in figures.items():
        hashes = alone[found.folder]
        rates = [each.rate for each in found.reads]
        cells = [
            f"**{name}**" if name == "Frontdesk" else name,
            spread(rates, "{:,.0f}"),
            f"{ratio(rates, bare):.2f}",
            f"{median(found.reads, lambda each: each.p50):.1f} / "
            f"{median(found.reads, lambda each: each.p99):.1f}",
        ]
        if found.raw_hashes:
            slowest = {clients: p99(storms) for clients, storms in found.storms.items()}
            logins = [each.logins for each in found.storms[8]]
            cells += [
                f"{ratio(logins, hashes):.2f}",
                f"{slowest[0]:.1f}; " + ", ".join(f"{slowest[n]:,.1f}" for n in slowest if n),
                f"{ratio(found.sign_ups, hashes):.2f}",
            ]
        else:
            cells += ["", "", ""]
        cells += [f"{found.memory:.0f}", f"{median(found.starts, float):.2f}"]
        lines.append(f"| {' | '.join(cells)} |".replace("nan", "?"))
    lines += ["", *(f"Not measured: {what}: {why}" for what, why in trouble.items())]
    return "\n".join(lines).rstrip()


def _storms(found: Figures, ours: Ours) -> str:
    lines = [
        "| clients | logins/s | of bcrypt alone | turned away/s | read p50 ms | p99 ms | of idle |",
        "|---|---|---|---|---|---|---|",
    ]
    calm = p99(found.storms[0])
    named = {str(clients): storms for clients, storms in found.storms.items()} | ours.without
    lines += [_storm(name, storms, found.raw_hashes, calm) for name, storms in named.items()]
    name = "128 guessing wrong, from 128 addresses, at 6,400 names"
    lines.append(_storm(name, ours.attack, found.raw_hashes, p99(ours.calm)))
    return "\n".join(lines).replace("nan", "?")


def _storm(name: str, storms: list[Storm], raw: list[float], calm: float) -> str:
    logins, slowest = [each.logins for each in storms], p99(storms)
    return (
        f"| {name} | {median(logins, float):.1f} | {ratio(logins, raw):.2f} "
        f"| {median(storms, lambda each: each.refused):.1f} "
        f"| {share(storms, 0.5):.1f} | {slowest:.1f} | {slowest / calm:.1f} |"
    )


def _pieces(pieces: list[Piece]) -> str:
    lines = ["| the thing | with it | without it | |", "|---|---|---|---|"]
    lines += [
        f"| {each.what} | {each.with_it:.1f} | {each.without:.1f} | {each.unit} |"
        for each in pieces
    ]
    return "\n".join(lines)


def _growth(ours: Ours) -> str:
    lines = []
    if ours.growth:
        firsts = {each.engine: each for each in reversed(ours.growth)}
        lines += [
            "| | users, and as many sessions | M1 reads/s | of the first | of sessions in turn "
            "| of the first | a login, ms, at cost 10 | of the first | an operator's page, ms "
            "| of the first | start s |",
            f"|{'---|' * 11}",
        ]
        lines += [_grown(each, firsts[each.engine]) for each in ours.growth]
    if ours.writes:
        raw = statistics.median(ours.commits)
        lines += ["", f"SQLite alone: {spread(ours.commits, '{:,.0f}')} commits/s.", ""]
        lines += ["| clients renaming | answers/s | of SQLite alone |", "|---|---|---|"]
        lines += [
            f"| {clients} | {spread(rates, '{:,.0f}')} | {statistics.median(rates) / raw:.2f} |"
            for clients, rates in ours.writes.items()
        ]
    return "\n".join(lines)


def _grown(each: Growth, first: Growth) -> str:
    return (
        f"| {each.engine} | {each.users:,} | {each.reads:,.0f} | {each.reads / first.reads:.2f} "
        f"| {each.reads_in_turn:,.0f} | {each.reads_in_turn / first.reads_in_turn:.2f} "
        f"| {each.login_ms:.1f} | {each.login_ms / first.login_ms:.2f} "
        f"| {each.list_ms:.1f} | {each.list_ms / first.list_ms:.2f} | {each.start:.2f} |"
    )


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
        of_none, slowest = ratio(rates, none), median(found, lambda each: each.p99)
        lines.append(f"| {name} | {spread(rates, '{:,.0f}')} | {of_none:.2f} | {slowest:.1f} |")
    return "\n".join(lines)
