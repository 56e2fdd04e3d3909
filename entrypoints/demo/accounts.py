"""Writes users, sessions and events, in the units of work of the service itself."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from domain.errors import InvalidCredentials, TooManyAttempts
from domain.events import Ending, Event, EventKind, Refusal, sessions_ended
from domain.operator import Scope
from domain.password import Password, PasswordHash
from domain.ports import UnitOfWork
from domain.secrets import AccessKey, SessionToken
from domain.user import User, Username
from entrypoints.demo.acts import (
    Act,
    Disabled,
    Guessed,
    KeyMade,
    LoggedIn,
    LoggedOut,
    Mistyped,
    OperatorMade,
    PasswordChanged,
    Renamed,
    SignedUp,
    Visit,
)
from entrypoints.demo.lives import Story
from entrypoints.demo.people import Person
from entrypoints.demo.places import COMMAND_LINE
from entrypoints.wiring import UseCases

_KEY_LASTS = timedelta(days=90)
_KEY_SCOPES = frozenset({Scope.METRICS_VIEW, Scope.LOG_VIEW})
_WRONG = "not the password"


@dataclass(slots=True)
class StoryClock:
    """Fits `domain.ports.Clock`: the time of the story."""

    at: datetime

    def now(self) -> datetime:
        """The instant that is told of."""
        return self.at


async def write_accounts(
    use_cases: UseCases,
    clock: StoryClock,
    story: Story,
    *,
    password: str,
    seen: Mapping[int, datetime],
) -> dict[int, int]:
    """Write them, oldest first, and say which id each person has. All have the same password.

    A guess of a stranger is a login with a wrong password, so that whoever guesses has to wait, as
    of now. Only sessions that are still open are written, last used when `seen` says, by the number
    of the visit. Raises `Unavailable`.
    """
    hashed = await use_cases.log_in.hasher.hash(Password(password), client=COMMAND_LINE.client())
    writer = _Writer(use_cases, story, hashed)
    for is_guess, acts in groupby(story.acts, lambda act: isinstance(act, Guessed)):
        if is_guess:
            for act in acts:
                clock.at = act.at
                await writer.guess(act)
        else:
            await writer.write([*acts])
    clock.at = story.rhythm.now
    await writer.open_sessions(seen)
    return {number: user.id for number, user in writer.users.items()}


@dataclass(slots=True)
class _Writer:
    """`users` are as they are now, by the number of the person."""

    use_cases: UseCases
    story: Story
    password_hash: PasswordHash
    users: dict[int, User] = field(default_factory=dict)

    async def write(self, acts: list[Act]) -> None:
        """All of them, in one unit of work."""
        async with self.use_cases.log_in.begin() as work:
            events: list[Event] = []
            for act in acts:
                events += await self._write(work, act)
            await work.events.append(*events)

    async def guess(self, act: Act) -> None:
        """Log in with a wrong password."""
        if isinstance(act, Guessed):
            name = self.users[act.person.number].username.value
            with suppress(InvalidCredentials, TooManyAttempts):
                await self.use_cases.log_in(
                    username=name, password=_WRONG, caller=act.caller, presented=None
                )

    async def open_sessions(self, seen: Mapping[int, datetime]) -> None:
        """Those that count now, in the order in which they were opened."""
        now, secrets = self.story.rhythm.now, self.use_cases.log_in.open_session.secrets
        last_seen = self.use_cases.authenticate.last_seen
        live = [visit for visit in self.story.visits if visit.is_open(now)]
        async with self.use_cases.log_in.begin() as work:
            for visit in sorted(live, key=lambda visit: visit.opened):
                session = await work.sessions.add(
                    self._user(visit.person),
                    secrets.new(SessionToken).digest,
                    visit.caller,
                    at=visit.opened,
                    expires_at=visit.expires,
                )
                last_seen.note(session, seen[visit.number])

    async def _write(self, work: UnitOfWork, act: Act) -> list[Event]:
        match act:
            case OperatorMade(at, person):
                user = await self._add(work, person, is_operator=True)
                events = [Event(EventKind.ACCOUNT_CREATED, at, user.id, COMMAND_LINE)]
            case SignedUp(at, visit):
                user = await self._add(work, visit.person, address=visit.caller.address)
                events = [Event(EventKind.SIGNED_UP, at, user.id, visit.caller)]
            case PasswordChanged(at, visit):
                events = await self._change_password(work, at, visit)
            case Renamed():
                events = await self._rename(work, act)
            case Disabled(at, person, by):
                events = await self._disable(work, at, person, by)
            case KeyMade(at, name, by):
                events = await self._make_key(work, at, name, by)
            case _:
                events = self._came_or_went(act)
        return events

    def _came_or_went(self, act: Act) -> list[Event]:
        """What changes nothing but the sessions, which are written at the end."""
        match act:
            case LoggedIn(at, visit, before):
                details = {"refused_before": before} if before else {}
                user_id = self._user(visit.person).id
                return [Event(EventKind.LOGGED_IN, at, user_id, visit.caller, details)]
            case LoggedOut(at, visit):
                user_id, why = self._user(visit.person).id, Ending.LOGGED_OUT
                return sessions_ended(at, user_id, visit.caller, count=1, why=why)
            case Mistyped(at, name, None, caller):
                pseudonym = self.use_cases.log_in.pseudonyms.of(Username(name))
                details_ = {"pseudonym": pseudonym}
                return [Event(EventKind.LOGIN_REFUSED, at, None, caller, details_)]
            case Mistyped(at, _, Person() as person, caller):
                reason = {"reason": Refusal.WRONG_PASSWORD.value}
                return [Event(EventKind.LOGIN_REFUSED, at, self._user(person).id, caller, reason)]
            case _:
                return []

    def _user(self, person: Person) -> User:
        return self.users[person.number]

    async def _add(
        self, work: UnitOfWork, person: Person, *, is_operator: bool = False, address: str = ""
    ) -> User:
        user = await work.users.add(
            Username.parse(person.name),
            self.password_hash,
            at=person.signed_up,
            is_operator=is_operator,
            address=address or None,
        )
        self.users[person.number] = user
        return user

    async def _change_password(self, work: UnitOfWork, at: datetime, visit: Visit) -> list[Event]:
        user = await work.users.save(self._user(visit.person).with_password(self.password_hash))
        self.users[visit.person.number] = user
        ended, why = self._open_then(visit.person, at) - 1, Ending.PASSWORD_CHANGED
        return [
            Event(EventKind.PASSWORD_CHANGED, at, user.id, visit.caller),
            *sessions_ended(at, user.id, visit.caller, count=ended, why=why),
        ]

    async def _rename(self, work: UnitOfWork, act: Renamed) -> list[Event]:
        before = self._user(act.person)
        user = await work.users.save(before.renamed(Username.parse(act.name)))
        self.users[act.person.number] = user
        names, actor = {"from": before.username.value, "to": act.name}, self._user(act.by.person)
        return [Event(EventKind.RENAMED, act.at, user.id, act.by.caller, names, actor.id)]

    async def _disable(
        self, work: UnitOfWork, at: datetime, person: Person, by: Visit
    ) -> list[Event]:
        user = await work.users.save(self._user(person).disabled(at))
        self.users[person.number] = user
        ended, actor = self._open_then(person, at), self._user(by.person).id
        return [
            Event(EventKind.ACCOUNT_DISABLED, at, user.id, by.caller, actor_id=actor),
            *sessions_ended(
                at, user.id, by.caller, count=ended, why=Ending.DISABLED, actor_id=actor
            ),
        ]

    async def _make_key(self, work: UnitOfWork, at: datetime, name: str, by: Visit) -> list[Event]:
        digest = self.use_cases.log_in.open_session.secrets.new(AccessKey).digest
        user_id, until = self._user(by.person).id, at + _KEY_LASTS
        token = await work.tokens.add(
            digest, user_id, name=name, scopes=_KEY_SCOPES, at=at, expires_at=until
        )
        granted = " ".join(sorted(_KEY_SCOPES))
        details: dict[str, str | int] = {"token": token.id, "name": name, "scopes": granted}
        return [Event(EventKind.TOKEN_CREATED, at, user_id, by.caller, details, actor_id=user_id)]

    def _open_then(self, person: Person, at: datetime) -> int:
        """How many sessions they had a moment before."""
        before = at - timedelta(microseconds=1)
        return sum(visit.person == person and visit.is_open(before) for visit in self.story.visits)
