"""Part of the composition root: writes the request log and metrics, where the service does."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any, TypeVar

from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.metrics.figures import HOUR, MINUTE, SqlFigures
from adapters.monitoring.metrics.meter import Meter
from adapters.monitoring.request_log.rows import RetentionPolicy, row_of
from application.operations.metrics import Figures
from application.operations.nodes import WorkerName
from application.operations.requests import RequestEntry, Tally
from domain.errors import StorageUnavailable
from entrypoints.demo.levels import Accounts, Levels, hour
from entrypoints.demo.lives import Story
from entrypoints.demo.rhythm import DAY
from entrypoints.demo.traffic import Asked
from entrypoints.monitoring_storage import MonitoringStorage
from entrypoints.settings import Settings

_Result = TypeVar("_Result")
_HOST, _BROWSER = b"accounts.example.com", "Mozilla/"
_PROBLEM, _JSON = b"application/problem+json", b"application/json"
_REFUSED, _FAILED = 400, 500
_MINUTE, _HOURS_A_DAY = timedelta(seconds=MINUTE), 24


def entries(seed: int, asked: list[Asked], ids: Mapping[int, int]) -> list[RequestEntry]:
    """As the service would have observed them. `ids` are those of people, by number."""
    random = Random(seed)
    return [_entry(random, each, ids) for each in asked]


def _entry(random: Random, asked: Asked, ids: Mapping[int, int]) -> RequestEntry:
    call, caller = asked.call, asked.caller
    about = str(ids[asked.about.number]) if asked.about else ""
    level = "error" if call.status >= _FAILED else "warning" if call.status >= _REFUSED else "info"
    fields = [
        (b"host", _HOST),
        (b"user-agent", caller.user_agent.encode()),
        (b"accept", b"*/*"),
    ]
    if caller.user_agent.startswith(_BROWSER):
        fields += [(b"accept-language", b"en"), (b"accept-encoding", b"gzip, deflate, br, zstd")]
    if asked.visit:
        fields.append((b"cookie", b"sessionid=invented"))
    if call.body:
        fields.append((b"content-type", _JSON))
    return RequestEntry(
        time=asked.at.timestamp(),
        request_id=f"{random.getrandbits(64):016x}",
        level=level,
        method=call.method,
        route=call.route,
        path=(call.path or call.route).replace("{user_id}", about),
        query=b"",
        status=call.status,
        problem=call.problem,
        duration_ms=round(asked.ms, 2),
        address=caller.address,
        user_id=ids[asked.person.number] if asked.person else None,
        request_fields=fields,
        request_body=call.body,
        request_bytes=len(call.body),
        response_fields=[(b"content-type", _PROBLEM if call.problem else _JSON)],
        response_bytes=call.size,
        tally=Tally(call.statements, min(call.statements * 0.0003, asked.ms / 2_000)),
        error=_error(call.problem),
    )


def _error(problem: str) -> BaseException | None:
    """What a status from 500 on came from."""
    match problem:
        case "storage_unavailable":
            error = StorageUnavailable()
            error.__cause__ = TimeoutError("database is locked")
            return error
        case "internal_error":
            return ValueError("day is out of range for month")
        case _:
            return None


def write_requests(settings: Settings, kept: MonitoringStorage, seen: list[RequestEntry]) -> None:
    """All of them, in one transaction, masked as the service masks them. Raises
    `StorageUnavailable`, `StorageFull`.
    """
    masking, retention = Masking(), RetentionPolicy(excluded=settings.request_log_excluded)
    name, sink = _name(settings), kept.open_sink()
    try:
        sink.add([row_of(each, masking, retention, name) for each in seen])
    finally:
        sink.close()


async def write_metrics(
    settings: Settings, kept: MonitoringStorage, seed: int, story: Story, seen: list[RequestEntry]
) -> None:
    """Hours of 30 days, and minutes of the last 24 hours, in one transaction. Raises
    `StorageUnavailable`, `StorageFull`.
    """
    accounts, levels = Accounts(story.acts), Levels(Random(seed), story)
    minutes = _minutes(story, accounts, levels, seen)
    name = _name(settings)

    def write(connection: Any) -> None:
        figures = SqlFigures(_Joined(connection))
        asyncio.run(_write(figures, name, minutes, accounts=accounts, levels=levels))

    await kept.metrics.run(write)


def _minutes(
    story: Story, accounts: Accounts, levels: Levels, seen: list[RequestEntry]
) -> dict[int, Figures]:
    """What was counted in each minute of the last day in which the service ran. Of the present one,
    what it is the service will measure.
    """
    found: dict[int, Figures] = {}
    present = story.rhythm.minute
    first = bisect_left([each.time for each in seen], (present - DAY).timestamp())
    for began, group in groupby(seen[first:], lambda each: int(each.time) // MINUTE * MINUTE):
        meter, at = Meter(), _instant(began, present)
        requests = [*group]
        for each in requests:
            meter(each)
        for counted, number in accounts.counts(at, at + _MINUTE).items():
            meter.count(counted, number)
        if at < present:
            meter.raise_to(levels.at(at, len(requests)))
        found[began] = meter.take()
    return found


async def _write(
    figures: SqlFigures,
    name: WorkerName,
    minutes: Mapping[int, Figures],
    *,
    accounts: Accounts,
    levels: Levels,
) -> None:
    """An hour is made of its minutes. Those of hours that are long over are one each."""
    story = levels.story
    now, day = int(story.rhythm.now.timestamp()), Figures.of_times(minutes.values())
    whole = (min(minutes) // HOUR) * HOUR
    began = -(-int(story.rhythm.began.timestamp()) // HOUR) * HOUR
    for begin in range(began, whole + HOUR, HOUR):
        told = hour(_instant(begin, story.rhythm.now), story, accounts, levels, day)
        await figures.add(name, begin, told)
    for end in range(whole, began, -(_HOURS_A_DAY - 1) * HOUR):
        await figures.roll_up(end, _HOURS_A_DAY - 1, forget=False)
    for begin, told in minutes.items():
        await figures.add(name, begin, told)
    await figures.roll_up(now, _HOURS_A_DAY)


class _Joined:
    """Fits `Store`: everything in the transaction that is open, on its thread."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def exists(self) -> bool:
        """It does."""
        return True

    async def run(self, job: Callable[[Any], _Result], *, writing: bool = True) -> _Result:
        """At once, for writing and reading alike."""
        return job(self._connection)


def _name(settings: Settings) -> WorkerName:
    return WorkerName(settings.node, "before")


def _instant(seconds: int, like: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, like.tzinfo)
