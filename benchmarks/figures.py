"""What was measured, and where it is kept until the page is written."""

import os
import platform
import re
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct, field, json

from benchmarks.day import Day
from benchmarks.growth import Growth
from benchmarks.guards import Guarded, Passed
from benchmarks.many_sessions import ManySessions
from benchmarks.measures import Reads, Storm
from benchmarks.nodes import Shape
from benchmarks.operations import Answer
from benchmarks.pieces import Piece
from benchmarks.postgresql import OnPostgresql
from benchmarks.targets import INSTALLED
from benchmarks.ways import Way

KEPT = INSTALLED / "figures"
_VERSIONS = ("litestar", "uvicorn", "uvloop", "httptools", "msgspec", "bcrypt")

TROUBLE: dict[str, str] = {}
"""What could not be measured, and why."""


class Figures(Struct):
    """One target's, a number for each round; of the same `folder` is the same way to hash."""

    folder: str = ""
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
    ways: list[Way] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    guards: list[Guarded] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    nodes: list[Shape] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    recording: dict[str, list[Reads]] = field(default_factory=lambda: defaultdict(list))
    pieces: list[Piece] = field(default_factory=list)


class Measured(Struct):
    """What one part measured, and under which conditions."""

    conditions: str
    figures: dict[str, Figures] = field(default_factory=dict)
    ours: Ours = field(default_factory=Ours)
    trouble: dict[str, str] = field(default_factory=dict)


def keep(part: str, measured: Measured) -> None:
    """Put it where `write` finds it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / f"{part}.json").write_bytes(json.encode(measured))


def kept() -> dict[str, Measured]:
    """What was measured last, by part."""
    files = sorted(KEPT.glob("*.json"))
    return {file.stem: json.decode(file.read_bytes(), type=Measured) for file in files}


def conditions() -> str:
    """When and where it is measured."""
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    versions = ", ".join(f"{name} {version(name)}" for name in _VERSIONS)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {len(os.sched_getaffinity(0))} cores"
        f" ({models[0] if models else 'unknown'}), {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}, {versions}"
    )
