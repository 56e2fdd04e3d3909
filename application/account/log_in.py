"""Open a session with name and password."""

from dataclasses import dataclass, replace

from application.steps.open_session import OpenSession
from domain.errors import InvalidCredentials, TooManyAttempts, Unavailable
from domain.events import Event, EventKind, Refusal
from domain.network import Client
from domain.password import Password, PasswordHasher
from domain.ports import Clock, Devices, Lookup, Pseudonyms, UnitOfWorkFactory
from domain.secrets import SessionToken
from domain.session import Admission, Caller, LastSeen
from domain.throttle import Throttle, ThrottlePolicy
from domain.user import User, Username

_NOBODY = 0  # ids begin with 1


@dataclass(frozen=True, slots=True)
class LogIn:
    """Check name and password and open a session, which replaces the one presented.

    A guess is counted before it is checked, and taken back if it was right; the event of the login
    says how many strangers have failed before it. A wrong name and a disabled account cost the same
    work as a wrong password, and all are remembered: the event says why, to the account's owner and
    to operators, and the caller is not told. A hash of an older kind is renewed on the way. An
    account logs in so often in an hour. Raises `InvalidCredentials`, `TooManyAttempts`,
    `Unavailable`.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    hasher: PasswordHasher
    clock: Clock
    open_session: OpenSession
    pseudonyms: Pseudonyms
    throttle: Throttle
    throttle_policy: ThrottlePolicy
    devices: Devices
    last_seen: LastSeen

    async def __call__(
        self,
        *,
        username: str,
        password: str,
        caller: Caller,
        presented: SessionToken | None,
        device: str | None = None,
        as_bearer: bool = False,
    ) -> Admission:
        name, secret = Username(username), Password(password)
        claimed = await self.lookup.user(name)
        try:
            return await self._log_in(
                name,
                secret,
                claimed,
                caller=caller,
                presented=presented,
                device=device,
                as_bearer=as_bearer,
            )
        except (InvalidCredentials, TooManyAttempts) as refusal:
            refusal.user_id = claimed.id if claimed else None
            raise

    async def _log_in(
        self,
        name: Username,
        secret: Password,
        claimed: User | None,
        *,
        caller: Caller,
        presented: SessionToken | None,
        device: str | None,
        as_bearer: bool,
    ) -> Admission:
        known_device = self.devices.recognise(device, claimed)
        client = caller.client(recognised=known_device is not None)
        self.hasher.check_turn(client=client)
        pseudonym = self.pseudonyms.of(name)
        guesses = self.throttle_policy.for_login(pseudonym, claimed, caller.networks, known_device)
        await self.throttle.reserve(guesses, client=client)
        try:
            # A disabled account is looked at as a name nobody has: its hash may be a cheaper one.
            is_open = claimed is not None and not claimed.is_disabled
            stored = claimed.password_hash if claimed and is_open else None
            matches = await self.hasher.verify(secret, stored, client=client)
            if claimed is None or not matches:
                await self._remember_refusal(name, claimed, caller)
                raise InvalidCredentials
        except Unavailable:
            await self.throttle.refund(guesses, client=client)
            raise
        ends = self.throttle_policy.failures_of(pseudonym, claimed)
        logins = self.throttle_policy.for_password(claimed.id)
        client = replace(client, user_id=claimed.id)
        failures = await self.throttle.succeed(guesses, ends=ends, then=logins, client=client)
        try:
            admission = await self._admit(
                claimed,
                secret,
                caller,
                client,
                presented,
                failures=failures,
                as_bearer=as_bearer,
            )
        except Unavailable:
            await self.throttle.refund(logins, client=client)
            raise
        self.last_seen.note_login(admission.user.id, caller, self.clock.now())
        mark = None if known_device else self.devices.issue(admission.user)
        return replace(admission, device=mark)

    async def _admit(
        self,
        claimed: User,
        secret: Password,
        caller: Caller,
        client: Client,
        presented: SessionToken | None,
        *,
        failures: int,
        as_bearer: bool,
    ) -> Admission:
        renewed = None
        if self.hasher.is_outdated(claimed.password_hash):
            renewed = await self.hasher.hash(secret, client=client)
        async with self.begin(client) as work:
            user = await work.users.get(claimed.id)
            if user is None or user.is_disabled or user.auth_version != claimed.auth_version:
                raise InvalidCredentials
            if renewed:
                user = await work.users.save(user.rehashed(renewed))
            details = {"refused_before": failures} if failures else {}
            logged_in = Event(EventKind.LOGGED_IN, self.clock.now(), user.id, caller, details)
            await work.events.append(logged_in)
            return await self.open_session(
                work, user, caller=caller, presented=presented, as_bearer=as_bearer
            )

    async def _remember_refusal(self, name: Username, user: User | None, caller: Caller) -> None:
        """In a unit of work of its own. A name nobody has may be a password typed in its place; it
        is asked for, too, so that it costs no statement less.

        A stranger waits in the turn of their network, never in that of the account they guess at.
        """
        now, kind = self.clock.now(), EventKind.LOGIN_REFUSED
        async with self.begin(caller.client()) as work:
            is_there = await work.users.exists(user.id if user else _NOBODY)
            if user and is_there:
                reason = Refusal.DISABLED if user.is_disabled else Refusal.WRONG_PASSWORD
                event = Event(kind, now, user.id, caller, {"reason": reason.value})
            else:
                event = Event(kind, now, None, caller, {"pseudonym": self.pseudonyms.of(name)})
            await work.events.append(event)
