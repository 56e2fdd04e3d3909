"""The composition root: concrete adapters are named here, in `observers.py` and in
`preparation.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from msgspec import Struct

from adapters.bcrypt_hasher import BcryptHasher
from adapters.common_passwords import common_passwords
from adapters.device_marks import DeviceMarks
from adapters.hash_queue import HashQueue, QueueFigures
from adapters.persistence.costs import highest_cost
from adapters.persistence.devices import DeviceNames
from adapters.persistence.last_seen import SqlLastSeen
from adapters.persistence.lookup import SqliteLookup
from adapters.persistence.probe import SqlProbe
from adapters.persistence.reader import SqliteReader
from adapters.persistence.records import SqliteRecords
from adapters.persistence.throttle import SqlThrottle
from adapters.persistence.unit_of_work import SqlBegin
from adapters.persistence.writer import Writer
from adapters.pseudonyms import HmacPseudonyms, KeyFile
from adapters.system import SteadyClock, SystemClock, SystemTokens
from adapters.throttle.memory import NoThrottle
from adapters.user_agents import device_of
from application.authenticate import Authenticate
from application.begin_as_operator import BeginAsOperator
from application.blank_requests import BlankRequests
from application.check_readiness import CheckReadiness
from application.clean_up import CleanUp
from application.confirm_owner import ConfirmOwner
from application.create_token import CreateToken
from application.create_user import CreateUser
from application.delete_account import DeleteAccount
from application.demote_operator import DemoteOperator
from application.disable_user import DisableUser
from application.edit_user import EditUser
from application.end_other_sessions import EndOtherSessions
from application.end_session import EndSession
from application.end_user_sessions import EndUserSessions
from application.export_account import ExportAccount
from application.forget_requests import ForgetRequests
from application.identify_operator import IdentifyOperator
from application.list_events import ListEvents
from application.list_sessions import ListSessions
from application.log_in import LogIn
from application.log_out import LogOut
from application.open_session import OpenSession
from application.remove_user import RemoveUser
from application.reset_password import ResetPassword
from application.revoke_token import RevokeToken
from application.set_reset_code import SetResetCode
from application.set_up import SetUp
from application.sign_up import SignUp
from application.update_user import UpdateUser
from domain.metrics import Metrics
from domain.password import PasswordPolicy
from domain.ports import Clock, Records, Throttle
from domain.queries import Tables
from domain.traffic import Observe, RequestLog, Tally
from entrypoints.background import every, until_done
from entrypoints.departures import Departures
from entrypoints.limits import throttle_policy
from entrypoints.observers import build_observers
from entrypoints.preparation import key_path, prepare
from entrypoints.settings import Settings

_LAST_SEEN_SECONDS = 10
_CLEAN_UP_SECONDS = 60
_FILLING_SECONDS = 0.2
_DEPARTURES_SECONDS = 2


class Services(Struct, frozen=True, kw_only=True):
    """The use cases, ready to be called inside `running()`."""

    sign_up: SignUp
    log_in: LogIn
    log_out: LogOut
    authenticate: Authenticate
    update_user: UpdateUser
    delete_account: DeleteAccount
    list_sessions: ListSessions
    end_session: EndSession
    end_other_sessions: EndOtherSessions
    list_events: ListEvents
    export_account: ExportAccount
    identify_operator: IdentifyOperator
    set_up: SetUp
    create_user: CreateUser
    edit_user: EditUser
    disable_user: DisableUser
    demote_operator: DemoteOperator
    remove_user: RemoveUser
    end_user_sessions: EndUserSessions
    set_reset_code: SetResetCode
    reset_password: ResetPassword
    create_token: CreateToken
    revoke_token: RevokeToken
    clean_up: CleanUp
    blank_requests: BlankRequests
    check_readiness: CheckReadiness
    hash_figures: Callable[[], QueueFigures]
    forget_requests: ForgetRequests
    records: Records
    tables: Tables
    requests: Tables
    request_log: RequestLog
    metrics: Metrics
    observers: Sequence[Observe]
    mask_path: Callable[[str], str]
    begin_tally: Callable[[], Tally]
    running: Callable[[], AbstractAsyncContextManager[None]]


def build_services(
    settings: Settings, clock: Clock | None = None, hash_queue: HashQueue | None = None
) -> Services:
    """Put everything together. Nothing is opened before `running()` is entered."""
    writer, reader = Writer(settings.database), SqliteReader(settings.database)
    begin = SqlBegin(writer, device_of)
    lookup, records = SqliteLookup(reader), SqliteRecords(reader)
    last_seen = SqlLastSeen(writer)
    hash_queue = hash_queue or HashQueue(
        threads=settings.hash_threads, max_wait=settings.hash_max_wait_seconds
    )
    hasher = BcryptHasher(
        hash_queue,
        cost=settings.bcrypt_cost,
        pepper=settings.pepper,
        old_peppers=settings.old_peppers,
    )
    key_file = KeyFile(key_path(settings))
    pseudonyms = HmacPseudonyms(lambda: settings.secret_key or key_file.key)
    devices = DeviceMarks(lambda: settings.secret_key or key_file.key)
    clock, tokens = clock or SystemClock(), SystemTokens()
    passwords, lifetimes = _password_policy(settings), settings.lifetimes
    counting, policy = SqlThrottle(writer, begin.turns, reader, clock), throttle_policy(settings)
    throttle: Throttle = counting if settings.throttle == "on" else NoThrottle()
    open_session = OpenSession(clock, tokens, lifetimes)
    confirm_owner = ConfirmOwner(begin, hasher, clock, lifetimes, throttle, policy)
    begin_as = BeginAsOperator(begin, clock, lifetimes)
    authenticate = Authenticate(lookup, last_seen, clock, lifetimes)
    clock_watch = SteadyClock(clock)
    clean_up = CleanUp(begin, clock, clock_watch, counting, timedelta(days=settings.event_days))
    device_names = DeviceNames(reader, writer, device_of)

    watch = build_observers(
        settings, lambda: begin.waiting, lambda: hash_queue.figures, clock_watch
    )

    blank_requests = BlankRequests(records, watch.request_log)
    departures = Departures(blank_requests)

    async def clean_up_all() -> None:
        while await clean_up():
            pass

    async def learn_cost() -> int:
        cost = await asyncio.to_thread(highest_cost, settings.database)
        hasher.learn_cost(cost or 0)
        return 0

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        """Create and migrate the database, do the background work, and close everything."""
        await asyncio.to_thread(prepare, settings)
        try:
            with reader.open():
                async with (
                    watch.running(),
                    every(_LAST_SEEN_SECONDS, last_seen.write),
                    every(_CLEAN_UP_SECONDS, clean_up_all),
                    until_done(_FILLING_SECONDS, learn_cost),
                    until_done(_FILLING_SECONDS, device_names.fill),
                    every(_CLEAN_UP_SECONDS, blank_requests),
                    every(_DEPARTURES_SECONDS, departures.look),
                ):
                    yield
        finally:
            hash_queue.close()
            writer.close()

    return Services(
        sign_up=SignUp(begin, hasher, clock, open_session, passwords, throttle, policy, devices),
        log_in=LogIn(
            begin,
            lookup,
            hasher,
            clock,
            open_session,
            pseudonyms,
            throttle,
            policy,
            devices,
        ),
        log_out=LogOut(begin, lookup, clock),
        authenticate=authenticate,
        update_user=UpdateUser(
            begin,
            confirm_owner,
            hasher,
            clock,
            tokens,
            passwords,
            lifetimes,
            throttle,
            policy,
            devices,
        ),
        delete_account=DeleteAccount(begin, confirm_owner, clock),
        list_sessions=ListSessions(records, clock, lifetimes),
        end_session=EndSession(begin, records, clock),
        end_other_sessions=EndOtherSessions(begin, clock),
        list_events=ListEvents(records),
        export_account=ExportAccount(
            records, watch.own_requests, authenticate, clock, counting, policy
        ),
        identify_operator=IdentifyOperator(authenticate, lookup, last_seen, clock, lifetimes),
        set_up=SetUp(begin, lookup, hasher, clock, open_session, passwords),
        create_user=CreateUser(begin_as, hasher, clock, passwords),
        edit_user=EditUser(begin_as, hasher, clock, passwords),
        disable_user=DisableUser(begin_as, lookup, clock),
        demote_operator=DemoteOperator(begin_as, lookup, clock),
        remove_user=RemoveUser(begin_as, clock),
        end_user_sessions=EndUserSessions(begin_as, clock),
        set_reset_code=SetResetCode(begin_as, clock, tokens),
        reset_password=ResetPassword(
            begin, lookup, hasher, clock, open_session, passwords, devices
        ),
        create_token=CreateToken(begin_as, clock, tokens),
        revoke_token=RevokeToken(begin_as, clock),
        clean_up=clean_up,
        blank_requests=blank_requests,
        check_readiness=CheckReadiness(SqlProbe(writer)),
        hash_figures=lambda: hash_queue.figures,
        forget_requests=ForgetRequests(begin_as, clock, watch.requests, watch.request_log),
        records=records,
        tables=watch.tables,
        requests=watch.requests,
        request_log=watch.request_log,
        metrics=watch.metrics,
        observers=(*watch.all, departures),
        mask_path=watch.masking.path,
        begin_tally=watch.begin_tally,
        running=running,
    )


def _password_policy(settings: Settings) -> PasswordPolicy:
    policy = settings.password_policy
    return replace(policy, common=common_passwords()) if settings.hardened else policy
