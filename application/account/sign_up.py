"""Create an account."""

from dataclasses import dataclass, replace
from datetime import datetime

from application.steps.check_invitation import CheckInvitation
from application.steps.open_session import OpenSession
from application.steps.take_name import TakeName
from application.steps.use_invitation import UseInvitation
from domain.errors import Unavailable
from domain.events import Details, Event, EventKind
from domain.invitation import Invitation
from domain.names import NamePolicy
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Clock, Devices, UnitOfWorkFactory
from domain.secrets import InvitationCode, SessionToken
from domain.session import Admission, Caller
from domain.throttle import Throttle, ThrottlePolicy
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class SignUp:
    """Create an account and open its first session, which replaces the one presented. An invitation
    is used, and gives the account its roles.

    Raises `SignUpClosed`, before anything else is looked at, `InvalidUsername`, `InvalidPassword`,
    `UsernameTaken`, `TooManyAttempts`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    hasher: PasswordHasher
    clock: Clock
    check_invitation: CheckInvitation
    use_invitation: UseInvitation
    names: NamePolicy
    take_name: TakeName
    open_session: OpenSession
    password_policy: PasswordPolicy
    throttle: Throttle
    throttle_policy: ThrottlePolicy
    devices: Devices

    async def __call__(
        self,
        *,
        username: str,
        password: str,
        caller: Caller,
        presented: SessionToken | None,
        invitation: str | None = None,
        as_bearer: bool = False,
    ) -> Admission:
        code = InvitationCode.parse(invitation) if invitation is not None else None
        client, is_given = caller.client(), invitation is not None
        invited = await self.check_invitation(code, is_given=is_given, client=client)
        name, secret = Username.parse(username), self.password_policy.parse(password)
        self.names.demand_not_reserved(name)
        self.hasher.check_turn(client=client)
        counted = self.throttle_policy.for_sign_up(caller.networks)
        await self.throttle.reserve(counted, client=client)
        try:
            password_hash = await self.hasher.hash(secret, client=client)
            issuers = [invited.issuer.user_id] if invited and invited.issuer else []
            async with self.begin(client, accounts=issuers) as work:
                used = await self.use_invitation(work, code) if code else None
                now, roles = self.clock.now(), used.roles if used else ()
                user = await work.users.add(
                    name, password_hash, at=now, roles=roles, address=caller.address
                )
                await self.take_name(work, user)
                await work.events.append(*_events(user, used, now, caller))
                admission = await self.open_session(
                    work, user, caller=caller, presented=presented, as_bearer=as_bearer
                )
        except Unavailable:
            await self.throttle.refund(counted, client=client)
            raise
        return replace(admission, device=self.devices.issue(user))


def _events(user: User, used: Invitation | None, now: datetime, caller: Caller) -> list[Event]:
    events = [Event(EventKind.SIGNED_UP, now, user.id, caller)]
    if used:
        details: Details = {"invitation": used.id}
        events.append(Event(EventKind.INVITATION_USED, now, user.id, caller, details))
    if user.roles:
        details = {"from": "", "to": ",".join(user.roles)}
        events.append(Event(EventKind.ROLES_CHANGED, now, user.id, caller, details))
    return events
