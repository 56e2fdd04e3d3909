"""`python -m benchmarks.pieces`: what each thing brings that is there for speed, by leaving
it out. Without a server; in turns, medians.
"""

import asyncio
import gc
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import uvloop
from litestar import Response
from msgspec import Struct, structs

import adapters.monitoring.request_log.sqlite as request_file
from adapters.http.json_response import JsonResponse
from adapters.http.problems import Answers
from adapters.monitoring import stdout_log
from adapters.monitoring.log_queue import LineHandler, LineListener
from adapters.monitoring.masking.masking import Masking
from adapters.monitoring.request_log.rows import RetentionPolicy, row_of
from adapters.sql.lookup import SqlLookup
from adapters.sql.migrations.upgrade import upgrade
from adapters.sql.reader import SqliteReader
from adapters.sql.schema import migrate
from adapters.sql.sqlite import create_database, writing_engine
from adapters.sql.sqlite_sessions import SqliteSessions
from adapters.user_agents import device_of
from application.operations.nodes import WorkerName
from application.operations.requests import RequestEntry
from benchmarks.limits import bare
from benchmarks.records import FIREFOX, RECORD
from domain.session import Caller, SignedIn
from entrypoints.services import build_services
from entrypoints.settings import Settings
from entrypoints.web_app import create_app
from tests.asgi import SignedInRead
from tests.startup.processes import ROOT

READS, LINES, ROUNDS, STARTS = 2_000, 2_000, 9, 7


class Piece(Struct):
    """What something takes with the thing and without it."""

    what: str
    unit: str
    with_it: float
    without: float


class EachTime(SqlLookup):
    """Asks for each session alone, and at once."""

    def __init__(self, reader: SqliteReader) -> None:
        self._fetch = SqliteSessions(reader).fetch
        super().__init__(reader, self._fetch)

    async def session(self, digest: bytes) -> SignedIn | None:
        return self._fetch([digest]).get(digest)


async def pieces() -> AsyncIterator[Piece]:
    """All of them, reads first."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), throttle="off", bcrypt_cost=10)
        services = build_services(settings)
        reader = SqliteReader(settings.database)
        async with services.running():
            with reader.open():
                admission = await services.use_cases.sign_up(
                    username="ada", password="123123", caller=Caller("", ""), presented=None
                )
                token = admission.token.value

                def reading(lookup: SqlLookup, *more: tuple[bytes, bytes]) -> SignedInRead:
                    ask = replace(services.use_cases.authenticate, lookup=lookup)
                    use_cases = replace(services.use_cases, authenticate=ask)
                    differing = structs.replace(services, use_cases=use_cases)
                    return SignedInRead(
                        create_app(settings, differing, lambda _: None), token, more
                    )

                lookup = SqlLookup(reader, SqliteSessions(reader).fetch)
                plain, routed = reading(lookup), reading(lookup, (b"origin", b"null"))
                each_time = reading(EachTime(reader))

                async def in_litestars_way() -> float:
                    with patch.object(JsonResponse, "to_asgi_response", Response.to_asgi_response):
                        return await microseconds(routed)

                limit = SignedInRead(bare(), token)
                yield await _read("bare Litestar, for comparison", plain, limit)
                yield await _read("a read past the router", plain, routed)
                yield await _read("sessions asked for together, a read alone", plain, each_time)
                yield await _read("… with 31 others in one turn", plain, each_time, 32)
                yield await _compared(
                    "the response class, in a read through the router",
                    lambda: microseconds(routed),
                    in_litestars_way,
                )
    for piece in (*_lines(), *_rows(), *_starts()):
        yield piece


async def microseconds(read: SignedInRead, at_once: int = 1) -> float:
    """Of one read, when so many share a turn of the event loop."""
    started = time.perf_counter()
    for _ in range(READS // at_once):
        await asyncio.gather(*(read() for _ in range(at_once)))
        await asyncio.sleep(0)
    return (time.perf_counter() - started) / READS * 1e6


async def _read(what: str, with_it: SignedInRead, without: SignedInRead, at_once: int = 1) -> Piece:
    return await _compared(
        what, lambda: microseconds(with_it, at_once), lambda: microseconds(without, at_once)
    )


async def _compared(
    what: str,
    with_it: Callable[[], Awaitable[float]],
    without: Callable[[], Awaitable[float]],
) -> Piece:
    took = [(await with_it(), await without()) for _ in range(ROUNDS)]
    return Piece(what, "µs", *map(statistics.median, zip(*took, strict=True)))


def _lines() -> Iterator[Piece]:
    """Lines of the log, and what is shown of a user agent."""
    masking = Masking()
    formatter, log_request = stdout_log.JsonLines(masking), stdout_log.request_lines(masking.path)
    line = {name: getattr(RECORD, name) for name in ("request_id", "method", "path", "status")}

    def through_logging(_: RequestEntry) -> None:
        entry = logging.makeLogRecord({"msg": "request", "levelname": "INFO", **line})
        stdout_log.lines.enqueue(f"{formatter.format(entry)}\n")

    def log_and_let_others_run(record: RequestEntry) -> None:
        log_request(record)
        time.sleep(0)

    with _log_to_nowhere(gathering=0.05):
        took = [(_each(log_request), _each(through_logging)) for _ in range(ROUNDS)]
        yield _piece("a line of the log, encoded directly", took)
    took = []
    for _ in range(ROUNDS):
        times = []
        for gathering in (0.05, 0.0):
            with _log_to_nowhere(gathering):
                times.append(_each(log_and_let_others_run))
        took.append((times[0], times[1]))
    yield _piece("a line of the log, written with others after 50 ms", took)
    device_of(FIREFOX)
    took = [
        (_each(lambda _: device_of(FIREFOX)), _each(lambda _: device_of.__wrapped__(FIREFOX), 20))
        for _ in range(ROUNDS)
    ]
    yield _piece("the name of a device, remembered", took)


def _rows() -> Iterator[Piece]:
    """Records of requests."""
    masking = Masking()

    def anew(record: RequestEntry) -> None:
        Masking.fields(fresh, record.request_fields)

    fresh = Masking()
    patch.multiple(fresh, _fields=fresh._fields_as_json, _is_secret=fresh._is_secret_field).start()
    took = [
        (_each(lambda record: masking.fields(record.request_fields)), _each(anew))
        for _ in range(ROUNDS)
    ]
    yield _piece("header fields to be recorded, masked once for all that are alike", took)
    row = row_of(RECORD, masking, RetentionPolicy(), WorkerName("node", "1"))
    with tempfile.TemporaryDirectory() as folder:
        sink = request_file.SqliteSink(Path(folder) / "requests.db", mebibytes=64)
        took = []
        for _ in range(ROUNDS):
            times = []
            for at_once in (50, 1):
                with patch.object(request_file, "_AT_ONCE", at_once):
                    began = time.perf_counter()
                    sink.add([row] * 500)
                    times.append((time.perf_counter() - began) / 500 * 1e6)
            took.append((times[0], times[1]))
        sink.close()
    yield _piece("a row of the request log, fifty a statement", took)


def _starts() -> Iterator[Piece]:
    """What happens before the first request, in milliseconds."""
    plain = "import entrypoints.server"
    for what, without in {
        "imports, less those that come when they are needed": (
            f"{plain}; import alembic.config, psutil, ua_parser.loaders"
        ),
    }.items():
        took = [(_seconds_of(plain), _seconds_of(without)) for _ in range(STARTS)]
        yield _piece(what, [(a * 1000, b * 1000) for a, b in took], "ms")
    took = [(_application(), _application(copied=True)) for _ in range(STARTS)]
    yield _piece("the application, without copies of what its calls can answer", took, "ms")
    took = []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            took.append((_new_database(folder, "a"), _new_database(folder, "b", alembic=True)))
    yield _piece("a new database, from the tables instead of the migrations", took, "ms")
    before = _collection()
    gc.freeze()
    yield Piece("a garbage collection, of what came after the start", "ms", _collection(), before)
    gc.unfreeze()


def _piece(what: str, took: list[tuple[float, float]], unit: str = "µs") -> Piece:
    return Piece(what, unit, *map(statistics.median, zip(*took, strict=True)))


def _application(*, copied: bool = False) -> float:
    """Milliseconds to put it together."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        if copied:
            stack.enter_context(patch.object(Answers, "__deepcopy__", _copied))
        settings = Settings(data_dir=Path(folder))
        began = time.perf_counter()
        create_app(settings)
        return (time.perf_counter() - began) * 1000


def _copied(answers: Answers, memo: dict[int, object]) -> dict[int, object]:
    return {status: deepcopy(answer, memo) for status, answer in answers.items()}


def _each(act: Callable[[RequestEntry], object], times: int = LINES) -> float:
    """Microseconds of one."""
    began = time.perf_counter()
    for _ in range(times):
        act(RECORD)
    return (time.perf_counter() - began) / times * 1e6


@contextmanager
def _log_to_nowhere(gathering: float) -> Iterator[None]:
    with Path(os.devnull).open("wb") as nowhere:
        handler = LineHandler()
        listener = LineListener(handler, nowhere.fileno())
        with (
            patch("adapters.monitoring.log_queue._GATHERING_SECONDS", gathering),
            patch.object(stdout_log, "lines", handler),
        ):
            listener.start()
            yield
            listener.stop()


def _seconds_of(code: str) -> float:
    """Of processor time."""
    code = f"import time; {code}; print(time.process_time())"
    command = [sys.executable, "-c", code]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def _new_database(folder: str, name: str, *, alembic: bool = False) -> float:
    path = Path(folder) / name
    create_database(path)
    began = time.perf_counter()
    if alembic:
        with writing_engine(path).begin() as connection:
            upgrade(connection, None)
    else:
        migrate(path)
    return (time.perf_counter() - began) * 1000


def _collection() -> float:
    began = time.perf_counter()
    gc.collect()
    return (time.perf_counter() - began) * 1000


async def main() -> None:
    """Measure and print."""
    logging.disable()
    async for each in pieces():
        print(f"{each.with_it:8.1f} {each.without:8.1f} {each.unit}  {each.what}")


if __name__ == "__main__":
    uvloop.run(main())
