"""The composition root: the only place that names concrete adapters."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from adapters.bcrypt_hasher import BcryptHasher
from adapters.persistence.last_seen import SqlLastSeen
from adapters.persistence.lookup import SqliteLookup
from adapters.persistence.probe import SqlProbe
from adapters.persistence.schema import migrate
from adapters.persistence.sqlite import create_database, open_engine
from adapters.persistence.unit_of_work import SqlBegin
from adapters.system import SystemClock, SystemTokens
from application.authenticate import Authenticate
from application.check_readiness import CheckReadiness
from application.log_in import LogIn
from application.log_out import LogOut
from application.sign_up import SignUp
from application.update_user import UpdateUser
from domain.ports import Clock
from entrypoints.settings import Settings

_MIGRATION_WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, ready to be called inside `running()`."""

    sign_up: SignUp
    log_in: LogIn
    log_out: LogOut
    authenticate: Authenticate
    update_user: UpdateUser
    check_readiness: CheckReadiness
    running: Callable[[], AbstractAsyncContextManager[None]]


def build_services(settings: Settings, clock: Clock | None = None) -> Services:
    """Put everything together. Nothing is opened before `running()` is entered."""
    engine = open_engine(settings.database)
    begin = SqlBegin(engine)
    lookup = SqliteLookup(settings.database)
    last_seen = SqlLastSeen(engine)
    hasher = BcryptHasher(cost=settings.bcrypt_cost, peppers=settings.peppers)
    clock, tokens = clock or SystemClock(), SystemTokens()
    passwords, lifetimes = settings.password_policy, settings.session_policy

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        """Create and migrate the database, do the background work, and close everything."""
        create_database(settings.database)
        await migrate(open_engine(settings.database, busy_timeout=_MIGRATION_WAIT_SECONDS))
        try:
            with lookup.open():
                async with last_seen.running():
                    yield
        finally:
            hasher.close()
            await engine.dispose()

    return Services(
        sign_up=SignUp(begin, hasher, clock, tokens, passwords, lifetimes),
        log_in=LogIn(begin, lookup, hasher, clock, tokens, lifetimes),
        log_out=LogOut(begin),
        authenticate=Authenticate(lookup, last_seen, clock, lifetimes),
        update_user=UpdateUser(begin, hasher, clock, tokens, passwords, lifetimes),
        check_readiness=CheckReadiness(SqlProbe(engine)),
        running=running,
    )
