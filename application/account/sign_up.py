"""Create an account."""

from dataclasses import dataclass, replace

from application.steps.open_session import OpenSession
from domain.errors import Unavailable
from domain.events import Event, EventKind
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Begin, Clock, Devices
from domain.secrets import SessionToken
from domain.session import Admission, Origin
from domain.throttle import Throttle, ThrottlePolicy
from domain.user import Username


@dataclass(frozen=True, slots=True)
class SignUp:
    """Create an account and open its first session, which replaces the one presented.

    Raises `InvalidUsername`, `InvalidPassword`, `UsernameTaken`,
    `TooManyAttempts`, `Unavailable`.
    """

    begin: Begin
    hasher: PasswordHasher
    clock: Clock
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
        origin: Origin,
        presented: SessionToken | None,
        as_bearer: bool = False,
    ) -> Admission:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        client = origin.client()
        self.hasher.check_turn(client=client)
        counted = self.throttle_policy.for_sign_up(origin.networks)
        await self.throttle.reserve(counted, client=client)
        try:
            password_hash = await self.hasher.hash(secret, client=client)
            async with self.begin(client) as work:
                now = self.clock.now()
                user = await work.users.add(name, password_hash, at=now)
                await work.events.append(Event(EventKind.SIGNED_UP, now, user.id, origin))
                admission = await self.open_session(
                    work, user, origin=origin, presented=presented, as_bearer=as_bearer
                )
        except Unavailable:
            await self.throttle.refund(counted, client=client)
            raise
        return replace(admission, device=self.devices.issue(user))
