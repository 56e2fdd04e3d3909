"""Become an operator with an invitation."""

from dataclasses import dataclass, replace

from application.steps.open_session import OpenSession
from application.steps.take_name import TakeName
from application.steps.use_invitation import UseInvitation
from domain.errors import InvalidCode, SignUpClosed
from domain.events import Event, EventKind
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Clock, Devices, Lookup, UnitOfWorkFactory
from domain.secrets import OperatorCode, SessionToken
from domain.session import Admission, Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class JoinOperators:
    """Use an operator's invitation, create an operator's account and open its session. The name may
    be a reserved one.

    Raises `InvalidCode`, where a sign-up raises `SignUpClosed`, `InvalidUsername`,
    `InvalidPassword`, `UsernameTaken`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    use_invitation: UseInvitation
    take_name: TakeName
    open_session: OpenSession
    password_policy: PasswordPolicy
    devices: Devices

    async def __call__(
        self,
        *,
        code: OperatorCode | None,
        username: str,
        password: str,
        caller: Caller,
        presented: SessionToken | None,
    ) -> Admission:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        known = await self.lookup.invitation(code.digest) if code else None
        is_open = known is not None and known.is_open(self.clock.now())
        if code is None or known is None or not (is_open and known.is_for_operator):
            raise InvalidCode  # before the hash, so that made-up codes cost nothing
        client = caller.client()
        password_hash = await self.hasher.hash(secret, client=client)
        issuers = [known.issuer.user_id] if known.issuer else []
        async with self.begin(client, accounts=issuers) as work:
            try:
                used = await self.use_invitation(work, code, for_operator=True)
            except SignUpClosed as error:
                raise InvalidCode from error
            now, details = self.clock.now(), {"invitation": used.id}
            user = await work.users.add(
                name, password_hash, at=now, is_operator=True, address=caller.address
            )
            await self.take_name(work, user, by_operator=True)
            await work.codes.void_set_up()
            await work.events.append(
                Event(EventKind.SIGNED_UP, now, user.id, caller),
                Event(EventKind.INVITATION_USED, now, user.id, caller, details),
                Event(EventKind.OPERATOR_MADE, now, user.id, caller, details),
            )
            admission = await self.open_session(work, user, caller=caller, presented=presented)
        return replace(admission, device=self.devices.issue(user))
