"""`python -m benchmarks.ways`: what a signed-in read costs by the ways in which applications ask,
on both engines, beside bare Litestar and, on PostgreSQL, pgbench.
"""

import re
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, structs

from benchmarks.engines import ENGINES, database
from benchmarks.measures import reads
from benchmarks.targets import Call, Target, cheap, named, serving
from tests.postgresql import binaries

PATHS = ("/api/user", "/api/session", "/api/authz")
USERS = 8
_TPS = re.compile(r"tps = ([\d.]+)")


class Way(Struct):
    """Reads a second by one way, and of bare Litestar's."""

    engine: str
    name: str
    rate: float
    of_bare: float


def ways(target: Target, bare: Target, seconds: float, rounds: int) -> list[Way]:
    """Interleaved; medians of the rounds."""
    return [each for engine in ENGINES for each in _on(engine, target, bare, seconds, rounds)]


def _on(engine: str, target: Target, bare: Target, seconds: float, rounds: int) -> list[Way]:
    with database(engine) as settings, ExitStack() as stack:
        server = stack.enter_context(serving(cheap(target), users=USERS, **settings))
        limit = stack.enter_context(serving(bare))
        is_postgresql = engine == "PostgreSQL"
        if is_postgresql:
            _prepare_pgbench(settings["FRONTDESK_DATABASE_URL"])
        rates: dict[str, list[tuple[float, float]]] = {}
        for _ in range(rounds):
            most = reads(limit, seconds).rate
            found = {}
            for path in PATHS:
                read = Call(path, "GET")
                asked = replace(server, target=structs.replace(server.target, read=read))
                found[path] = reads(asked, seconds).rate
            if is_postgresql:
                found["pgbench, one row by its key"] = _pgbench(
                    settings["FRONTDESK_DATABASE_URL"], seconds
                )
            for name, rate in found.items():
                rates.setdefault(name, []).append((rate, rate / most))
        return [
            Way(engine, name, *(statistics.median(each) for each in zip(*found_, strict=True)))
            for name, found_ in rates.items()
        ]


def _prepare_pgbench(url: str) -> None:
    _run(url, "-i", "-q")


def _pgbench(url: str, seconds: float) -> float:
    """What PostgreSQL answers itself: prepared, eight clients, one thread."""
    arguments = ("-S", "-M", "prepared", "-c", "8", "-j", "1", "-T", str(max(1, round(seconds))))
    found = _TPS.search(_run(url, *arguments))
    if found is None:
        raise RuntimeError("pgbench said nothing")
    return float(found[1])


def _program() -> Path:
    found = binaries()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed")
    return found / "pgbench"


def _run(url: str, *arguments: str) -> str:
    parts = urlsplit(url)
    return subprocess.run(
        [str(_program()), *arguments, parts.path.removeprefix("/")],
        env={
            "PATH": "/usr/bin:/bin",
            "PGHOST": parts.hostname or "",
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
            "PGPASSWORD": (parts.password or "").replace("%20", " "),
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def table_of(found: list[Way]) -> str:
    """For the report."""
    lines = ["| | reads of | a second | of bare Litestar |", "|---|---|---|---|"]
    lines += [
        f"| {each.engine} | {each.name} | {each.rate:,.0f} | {each.of_bare:.2f} |" for each in found
    ]
    return "\n".join(lines) if found else ""


def main() -> None:
    """Measure and print."""
    print(table_of(ways(named("frontdesk"), named("bare"), 4, 3)))


if __name__ == "__main__":
    main()
