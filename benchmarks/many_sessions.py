"""Reads of 100,000 sessions at random, alone and with renames beside, against bare Litestar."""

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from benchmarks.engines import ENGINES, filled
from benchmarks.load import elsewhere, hammer
from benchmarks.measures import lua, reads
from benchmarks.targets import Call, Server, Target, serving

SESSIONS = 100_000
RENAMES_A_SECOND = 20
WARM_UP_SECONDS = 6


class ManySessions(Struct):
    """What was read, at how many a second, and how that compares with a handler that asks nobody,
    in the same rounds.
    """

    engine: str
    what: str
    rate: float
    of_bare: float


def many_sessions(target: Target, bare: Target, seconds: float, rounds: int) -> list[ManySessions]:
    """Interleaved; medians of the rounds' rates, and of their ratios."""
    return [each for engine in ENGINES for each in _on(engine, target, bare, seconds, rounds)]


def _on(
    engine: str, target: Target, bare: Target, seconds: float, rounds: int
) -> list[ManySessions]:
    with ExitStack() as stack:
        settings, tokens = stack.enter_context(
            filled(engine, target, users=RENAMES_A_SECOND + 1, more=SESSIONS, known=SESSIONS)
        )
        script = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "sessions.lua"
        script.write_text(lua(tokens, "random"))
        server = stack.enter_context(serving(target, **settings))
        limit = stack.enter_context(serving(bare))
        server.credential = server.log_in(0)
        renaming = [_renames(server, number) for number in range(1, RENAMES_A_SECOND + 1)]
        reads(server, WARM_UP_SECONDS, "-s", str(script))
        rates: dict[str, list[tuple[float, float]]] = {}
        for _ in range(rounds):
            most = reads(limit, seconds).rate
            found = {
                "one session": reads(server, seconds).rate,
                f"{SESSIONS:,} at random": reads(server, seconds, "-s", str(script)).rate,
            }
            with elsewhere(1) as run:
                beside = run(hammer, server.port, renaming, seconds + 2, 1.0)
                name = f"{SESSIONS:,} at random, {RENAMES_A_SECOND} renames a second beside"
                found[name] = reads(server, seconds, "-s", str(script)).rate
                if not beside.result(seconds + 60).get(200):
                    raise RuntimeError("nobody was renamed")
            for what, rate in found.items():
                rates.setdefault(what, []).append((rate, rate / most))
    return [
        ManySessions(engine, what, *(statistics.median(each) for each in zip(*found_, strict=True)))
        for what, found_ in rates.items()
    ]


def _renames(server: Server, user: int) -> list[bytes]:
    credential = server.log_in(user)
    bodies = [f'{{"username": "name{user}-{turn}"}}' for turn in (0, 1)]
    path = server.target.read.path
    return [Call(path, "PUT", body).encode(0, credential) for body in bodies]


def table_of(found: list[ManySessions]) -> str:
    """For the report."""
    lines = ["| | reads of | a second | of bare Litestar |", "|---|---|---|---|"]
    lines += [
        f"| {each.engine} | {each.what} | {each.rate:,.0f} | {each.of_bare:.2f} |" for each in found
    ]
    return "\n".join(lines)
