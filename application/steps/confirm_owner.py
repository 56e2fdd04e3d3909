"""Make sure that the owner is at the keyboard."""

from dataclasses import dataclass

from domain.errors import FreshLoginRequired, InvalidCredentials, Unavailable
from domain.events import Event, EventKind
from domain.password import Password, PasswordHasher
from domain.ports import Clock, UnitOfWorkFactory
from domain.session import Caller, Lifetimes, SignedIn
from domain.throttle import Throttle, ThrottlePolicy


@dataclass(frozen=True, slots=True)
class ConfirmOwner:
    """The one rule for sensitive changes (ASVS 5.0 §7.5.1).

    They need the right current password, or a login moments ago. A wrong password is refused even
    then, and the refusal is remembered. Raises `FreshLoginRequired`, `InvalidCredentials`,
    `TooManyAttempts`, `Unavailable`.
    """

    begin: UnitOfWorkFactory
    hasher: PasswordHasher
    clock: Clock
    lifetimes: Lifetimes
    throttle: Throttle
    throttle_policy: ThrottlePolicy

    async def __call__(
        self, signed_in: SignedIn, current_password: str | None, *, caller: Caller
    ) -> None:
        session, user = signed_in.session, signed_in.user
        if current_password is None:
            if not session.is_fresh(self.clock.now(), self.lifetimes.of(user)):
                raise FreshLoginRequired
            return
        secret, client = Password(current_password), caller.client(user_id=user.id)
        self.hasher.check_turn(client=client)
        guesses = self.throttle_policy.for_confirmation(user)
        await self.throttle.reserve(guesses, client=client)
        try:
            if not await self.hasher.verify(secret, user.password_hash, client=client):
                refused = Event(EventKind.CONFIRMATION_REFUSED, self.clock.now(), user.id, caller)
                async with self.begin(client) as work:
                    if await work.users.exists(user.id):
                        await work.events.append(refused)
                raise InvalidCredentials
        except Unavailable:
            await self.throttle.refund(guesses, client=client)
            raise
        ends = self.throttle_policy.refused_confirmations_of(user)
        await self.throttle.succeed(guesses, ends=ends, then=(), client=client)
