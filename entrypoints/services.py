"""The composition root: which adapter fits which port, and what runs in the background."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from msgspec import Struct

from adapters.monitoring.stdout_log import request_lines
from adapters.no_throttle import NoThrottle
from adapters.passwords.bcrypt_hasher import BcryptHasher
from adapters.passwords.common_passwords import common_passwords
from adapters.passwords.hash_queue import HashQueue
from adapters.signing.device_marks import DeviceMarks
from adapters.signing.key_file import KeyFile
from adapters.signing.pseudonyms import HmacPseudonyms
from adapters.skeletons import skeleton
from adapters.sql.account_history import SqlAccountHistory
from adapters.sql.devices import DeviceNames
from adapters.sql.last_seen import SqlLastSeen
from adapters.sql.leases import SqlLeases
from adapters.sql.lookup import SqlLookup
from adapters.sql.missing_looks import MissingLooks
from adapters.sql.password_hashes import hashes_of_each_cost
from adapters.sql.probe import SqlProbe
from adapters.sql.storage import Storage
from adapters.sql.throttle import SqlThrottle
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from adapters.system import SteadyClock, SystemClock, SystemSecrets
from adapters.user_agents import device_of
from application.operations.metrics import Metrics
from application.operations.nodes import WorkerName
from application.operations.queries import Tables
from application.operations.request_statistics import RequestStatistics
from application.operations.requests import Observe, RequestLog, Tally
from domain.events import EventKind
from domain.history import AccountHistory
from domain.invitation import SignUpMode
from domain.names import NamePolicy
from domain.ports import Clock
from entrypoints import __version__
from entrypoints.background import every, until_done
from entrypoints.blank_after_deletion import BlankAfterDeletion
from entrypoints.lease_holder import LeaseHolder, Work
from entrypoints.limits import throttle_policy
from entrypoints.monitoring import Watched, build_observers
from entrypoints.ports import Policies, Ports
from entrypoints.preparation import key_path, prepare
from entrypoints.settings import Settings
from entrypoints.storage import open_storage
from entrypoints.wiring import UseCases, wire

_LAST_SEEN_SECONDS = 10
_CLEAN_UP_SECONDS = 60
_FILLING_SECONDS = 0.2
_DEPARTURES_SECONDS = 2


class Services(Struct, frozen=True, kw_only=True):
    """The use cases and what operators can ask, ready inside `running()`."""

    use_cases: UseCases
    history: AccountHistory
    tables: Tables
    requests: Tables
    request_log: RequestLog
    request_statistics: RequestStatistics
    metrics: Metrics
    observers: Sequence[Observe]
    request_line: Observe
    """Writes a line to the log for each request."""
    begin_tally: Callable[[], Tally]
    running: Callable[[], AbstractAsyncContextManager[None]]
    working: Callable[[], AbstractAsyncContextManager[None]]
    """For a command: the use cases alone, without work in the background, on a database that is
    ready.
    """
    fill_looks: Callable[[], Awaitable[int]]
    """Do a part of what the background does after accounts were taken over; 0 when it is done."""
    close: Callable[[], Awaitable[None]]
    """For who has called a use case without entering `running()`."""


def build_services(
    settings: Settings,
    clock: Clock | None = None,
    hash_queue: HashQueue | None = None,
    *,
    metrics_seconds: float = 5,
) -> Services:
    """Put everything together. Nothing is opened before `running()` is entered. Metrics are stored
    every `metrics_seconds`.
    """

    def on_events(kinds: Sequence[EventKind]) -> None:
        watch.on_events(kinds)
        departures.note(kinds)

    storage = open_storage(settings)
    begin = SqlUnitOfWorkFactory(storage.transactions, device_of, on_events=on_events)
    queue = hash_queue or HashQueue(
        threads=settings.hash_threads, max_wait=settings.hash_max_wait_seconds
    )
    clock = clock or SystemClock()
    clock_watch = SteadyClock(clock)
    lookup = SqlLookup(storage.reader, storage.fetch_sessions, in_flight=storage.in_flight)
    name = WorkerName(settings.node, f"{os.getpid()}-{secrets.token_hex(3)}")
    leases = LeaseHolder(SqlLeases(storage.transactions, storage.take_lease), str(name))
    watch = build_observers(
        settings,
        Watched(
            storage=storage,
            lookup=lookup,
            writers_waiting=lambda: begin.waiting,
            queue=lambda: queue.figures,
        ),
        name,
        leases,
        clock_watch,
        version=__version__,
        taking_seconds=metrics_seconds,
    )
    hasher = BcryptHasher(
        queue,
        cost=settings.bcrypt_cost,
        pepper=settings.pepper,
        old_peppers=settings.old_peppers,
    )
    key_file = KeyFile(key_path(settings))
    quotas = SqlThrottle(storage.transactions, begin.turns, storage.reader, clock)
    last_seen = SqlLastSeen(storage.transactions)
    ports = Ports(
        begin=begin,
        lookup=lookup,
        history=SqlAccountHistory(storage.reader, storage.settled),
        last_seen=last_seen,
        storage=SqlProbe(storage.transactions),
        throttle=quotas if settings.throttle == "on" else NoThrottle(),
        quotas=quotas,
        hasher=hasher,
        secrets=SystemSecrets(),
        pseudonyms=HmacPseudonyms(lambda: settings.secret_key or key_file.key),
        devices=DeviceMarks(lambda: settings.secret_key or key_file.key),
        clock=clock,
        clock_watch=clock_watch,
        requests=watch.requests,
        request_log=watch.request_log,
        request_tail=watch.request_tail,
        own_requests=watch.own_requests,
    )
    policies = _policies(settings)
    use_cases = wire(ports, policies)
    missing_looks = MissingLooks(storage.reader, storage.transactions, policies.names, clock)
    departures = BlankAfterDeletion(use_cases.blank_requests)

    async def close() -> None:
        queue.close()
        await watch.close()
        await storage.close()

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        """Create and migrate the database, do the background work, and close everything."""
        await asyncio.to_thread(prepare, settings)
        try:
            async with (
                storage.running(),
                leases.holding(),
                watch.running(),
                _background(use_cases, missing_looks, hasher, storage, leases),
                every(_LAST_SEEN_SECONDS, last_seen.write),
                every(_DEPARTURES_SECONDS, departures.look),
            ):
                yield
        finally:
            await close()

    @asynccontextmanager
    async def working() -> AsyncIterator[None]:
        try:
            async with storage.running():
                yield
        finally:
            await close()

    return Services(
        use_cases=use_cases,
        history=ports.history,
        tables=watch.tables,
        requests=watch.requests,
        request_log=watch.request_log,
        request_statistics=watch.request_statistics,
        metrics=watch.metrics,
        observers=watch.all,
        request_line=request_lines(watch.masking.path),
        begin_tally=watch.begin_tally,
        running=running,
        working=working,
        fill_looks=missing_looks.fill,
        close=close,
    )


@asynccontextmanager
async def _background(
    use_cases: UseCases,
    missing_looks: MissingLooks,
    hasher: BcryptHasher,
    storage: Storage,
    leases: LeaseHolder,
) -> AsyncIterator[None]:
    """What is done now and then, and what an older version has left to do."""
    device_names = DeviceNames(storage.reader, storage.transactions, device_of)

    async def clean_up() -> None:
        while await use_cases.clean_up():
            pass

    async def blank_requests() -> None:
        if leases.holds(Work.REQUEST_LOG):
            await use_cases.blank_requests()

    async def learn_costs() -> int:
        hasher.learn(await storage.scan(hashes_of_each_cost))
        return 0

    async with (
        every(_CLEAN_UP_SECONDS, clean_up),
        every(_CLEAN_UP_SECONDS, blank_requests),
        until_done(_FILLING_SECONDS, learn_costs),
        until_done(_FILLING_SECONDS, device_names.fill),
        until_done(_FILLING_SECONDS, missing_looks.fill),
        every(_CLEAN_UP_SECONDS, missing_looks.fill),
    ):
        yield


def _policies(settings: Settings) -> Policies:
    passwords = settings.password_policy
    return Policies(
        names=NamePolicy(skeleton, settings.reserved_names),
        sign_up=SignUpMode(settings.sign_up),
        passwords=replace(passwords, common=common_passwords()) if settings.hardened else passwords,
        lifetimes=settings.lifetimes,
        limits=throttle_policy(settings),
        keep_events=timedelta(days=settings.event_days),
    )
