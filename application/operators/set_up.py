"""Become the first operator."""

from dataclasses import dataclass, replace

from application.steps.open_session import OpenSession
from application.steps.take_name import TakeName
from domain.errors import InvalidCode
from domain.events import Event, EventKind
from domain.operator import Purpose
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Clock, Devices, Lookup, UnitOfWorkFactory
from domain.secrets import OneTimeCode, SessionToken
from domain.session import Admission, Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class SetUp:
    """Take the code that the server printed, create an operator's account and open its session.
    Once there is an operator, all such codes end for good.

    Raises `InvalidCode`, `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    take_name: TakeName
    open_session: OpenSession
    password_policy: PasswordPolicy
    devices: Devices

    async def __call__(
        self,
        *,
        code: OneTimeCode | None,
        username: str,
        password: str,
        caller: Caller,
        presented: SessionToken | None,
    ) -> Admission:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        known = await self.lookup.one_time_code(code.digest) if code else None
        if code is None or known is None or not known.allows(Purpose.SET_UP, self.clock.now()):
            raise InvalidCode  # before the hash, so that made-up codes cost nothing
        client = caller.client()
        password_hash = await self.hasher.hash(secret, client=client)
        async with self.begin(client) as work:
            is_too_late = await work.users.has_operator()
            stored, now = await work.codes.take(code.digest), self.clock.now()
            if is_too_late or stored is None or not stored.allows(Purpose.SET_UP, now):
                raise InvalidCode
            user = await work.users.add(
                name, password_hash, at=now, is_operator=True, address=caller.address
            )
            await self.take_name(work, user, by_operator=True)
            await work.codes.void_set_up()
            await work.events.append(Event(EventKind.OPERATOR_SET_UP, now, user.id, caller))
            admission = await self.open_session(work, user, caller=caller, presented=presented)
        return replace(admission, device=self.devices.issue(user))
