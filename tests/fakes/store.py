"""Accounts and sessions in memory."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.account import Usage
from domain.buckets import Bucket
from domain.errors import InvalidQuery, UsernameTaken
from domain.events import Event, EventFeed, EventKind, StoredEvent
from domain.imports import Imported, ImportMark, NewAccount
from domain.invitation import Invitation
from domain.network import Client
from domain.operator import AccessToken, Issuer, Purpose, Scope, StoredCode, TokenWithUser
from domain.password import PasswordHash
from domain.session import Caller, Session, SignedIn
from domain.throttle import Counted
from domain.user import User, Username


@dataclass(frozen=True)
class Claim:
    """Whose a look is, and until when it is held."""

    user_id: int
    held_until: datetime | None = None


@dataclass
class State:
    users: dict[int, User] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    events: list[StoredEvent] = field(default_factory=list)
    tokens: dict[bytes, AccessToken] = field(default_factory=dict)
    stored_codes: dict[bytes, StoredCode] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    invitations: dict[bytes, Invitation] = field(default_factory=dict)
    usages: dict[int, Usage] = field(default_factory=dict)
    marks: dict[str, ImportMark] = field(default_factory=dict)
    last_user_id: int = 0
    last_session_id: int = 0
    last_position: int = 0
    last_token_id: int = 0
    last_invitation_id: int = 0

    def copy(self) -> "State":
        return replace(
            self,
            users=dict(self.users),
            sessions=dict(self.sessions),
            events=list(self.events),
            tokens=dict(self.tokens),
            stored_codes=dict(self.stored_codes),
            claims=dict(self.claims),
            invitations=dict(self.invitations),
            usages=dict(self.usages),
            marks=dict(self.marks),
        )

    def end_tokens(self, doomed: Callable[[AccessToken], bool]) -> list[AccessToken]:
        """With the codes made with them."""
        ended = {digest: token for digest, token in self.tokens.items() if doomed(token)}
        for digest in ended:
            del self.tokens[digest]
        ids = {token.id for token in ended.values()}
        self.void(lambda stored: stored.issuer is not None and stored.issuer.token_id in ids)
        self.withdraw(lambda issuer: issuer.token_id in ids)
        return list(ended.values())

    def void(self, doomed: Callable[[StoredCode], bool]) -> None:
        for digest in [digest for digest, stored in self.stored_codes.items() if doomed(stored)]:
            del self.stored_codes[digest]

    def withdraw(self, doomed: Callable[[Issuer], bool]) -> None:
        self.invitations = {
            digest: each
            for digest, each in self.invitations.items()
            if each.issuer is None or not doomed(each.issuer)
        }

    def signed_in(self, digest: bytes) -> SignedIn | None:
        session = self.sessions.get(digest)
        user = self.users.get(session.user_id) if session else None
        if session is None or user is None or session.auth_version != user.auth_version:
            return None
        return SignedIn(session, user)


def _described(caller: Caller) -> Caller:
    return replace(caller, device=caller.user_agent.upper())


def _issuer_of(stored: StoredCode) -> int | None:
    return stored.issuer.user_id if stored.issuer else None


@dataclass
class FakeUsers:
    state: State

    async def add(
        self,
        username: Username,
        password_hash: PasswordHash,
        *,
        at: datetime,
        is_operator: bool = False,
        roles: tuple[str, ...] = (),
        address: str | None = None,
    ) -> User:
        assert isinstance(password_hash, PasswordHash)
        assert isinstance(at, datetime)
        self._check_free(username, owner=None)
        self.state.last_user_id += 1
        id_ = self.state.last_user_id
        user = User(id_, username, password_hash, at, is_operator=is_operator, roles=roles)
        self.state.users[user.id] = user
        if address:
            self.state.usages[user.id] = Usage(address, at, address)
        return user

    async def get(self, user_id: int) -> User | None:
        return self.state.users.get(user_id)

    async def exists(self, user_id: int) -> bool:
        return user_id in self.state.users

    async def save(self, user: User) -> User:
        self._check_free(user.username, owner=user.id)
        stored = self.state.users[user.id]
        self.state.users[user.id] = saved = replace(user, version=stored.version + 1)
        return saved

    async def has_operator(self) -> bool:
        return any(user.is_operator for user in self.state.users.values())

    async def has_other_operator(self, user_id: int) -> bool:
        return any(
            user.is_operator and not user.disabled_at and user.id != user_id
            for user in self.state.users.values()
        )

    async def delete(self, user_id: int) -> None:
        del self.state.users[user_id]
        self.state.usages.pop(user_id, None)
        self.state.end_tokens(lambda token: token.user_id == user_id)
        self.state.void(lambda stored: user_id in (stored.user_id, _issuer_of(stored)))
        self.state.withdraw(lambda issuer: issuer.user_id == user_id)
        self.state.sessions = {
            digest: each for digest, each in self.state.sessions.items() if each.user_id != user_id
        }

    def _check_free(self, username: Username, owner: int | None) -> None:
        for user in self.state.users.values():
            if user.username.key == username.key and user.id != owner:
                raise UsernameTaken


@dataclass
class FakeSessions:
    state: State

    async def add(
        self, user: User, digest: bytes, caller: Caller, *, at: datetime, expires_at: datetime
    ) -> Session:
        self.state.last_session_id += 1
        id_, caller = self.state.last_session_id, _described(caller)
        session = Session(id_, user.id, user.auth_version, at, at, expires_at, caller)
        self.state.sessions[digest] = session
        return session

    async def find(self, digest: bytes) -> SignedIn | None:
        return self.state.signed_in(digest)

    async def get(self, session_id: int) -> SignedIn | None:
        digests = [key for key, each in self.state.sessions.items() if each.id == session_id]
        return self.state.signed_in(digests[0]) if digests else None

    async def renew(self, session: Session, user: User, digest: bytes) -> None:
        self._drop(lambda each: each.id == session.id)
        self.state.sessions[digest] = replace(session, auth_version=user.auth_version)

    async def end(self, digest: bytes) -> Session | None:
        return self.state.sessions.pop(digest, None)

    async def end_one(self, user_id: int, session_id: int) -> bool:
        return bool(self._drop(lambda each: (each.user_id, each.id) == (user_id, session_id)))

    async def end_all(self, user_id: int, *, but: int | None = None) -> int:
        return self._drop(lambda each: each.user_id == user_id and each.id != but)

    async def evict(self, user_id: int, *, at_most: int) -> int:
        own = [each.id for each in self.state.sessions.values() if each.user_id == user_id]
        oldest = sorted(own, reverse=True)[at_most:]
        return self._drop(lambda each: each.id in oldest)

    async def remove_expired(self, now: datetime, *, at_most: int) -> int:
        expired = [each.id for each in self.state.sessions.values() if each.expires_at <= now]
        return self._drop(lambda each: each.id in expired[:at_most])

    def _drop(self, doomed: Callable[[Session], bool]) -> int:
        digests = [digest for digest, each in self.state.sessions.items() if doomed(each)]
        for digest in digests:
            del self.state.sessions[digest]
        return len(digests)


def _demand_whole(event: Event) -> None:
    """A database refuses the rest."""
    assert isinstance(event.kind, EventKind)
    assert isinstance(event.at, datetime)
    assert isinstance(event.caller, Caller)
    assert isinstance(event.details, Mapping)


@dataclass
class FakeEvents:
    state: State

    async def append(self, *events: Event) -> None:
        for event in events:
            _demand_whole(event)
            self.state.last_position += 1
            described = replace(event, caller=_described(event.caller))
            self.state.events.append(StoredEvent(self.state.last_position, described))

    async def erase_personal(self, user_id: int) -> int:
        erased = 0
        for index, recorded in enumerate(self.state.events):
            event = recorded.event
            blank = replace(event, caller=Caller("", ""), details={})
            if event.user_id == user_id and event != blank:
                self.state.events[index] = replace(recorded, event=blank)
                erased += 1
            elif event.actor_id == user_id:
                anonymous = replace(event, caller=Caller("", ""))
                self.state.events[index] = replace(recorded, event=anonymous)
        return erased

    async def remove_older(self, than: datetime, *, at_most: int) -> int:
        old = [each for each in self.state.events if each.event.at < than][:at_most]
        self.state.events = [each for each in self.state.events if each not in old]
        return len(old)


@dataclass
class FakeTokens:
    state: State

    async def add(
        self,
        digest: bytes,
        user_id: int,
        *,
        name: str,
        scopes: frozenset[Scope],
        at: datetime,
        expires_at: datetime,
    ) -> AccessToken:
        self.state.last_token_id += 1
        token = AccessToken(self.state.last_token_id, user_id, name, scopes, at, expires_at)
        self.state.tokens[digest] = token
        return token

    async def get(self, token_id: int) -> TokenWithUser | None:
        for token in self.state.tokens.values():
            if token.id == token_id:
                return TokenWithUser(token, self.state.users[token.user_id])
        return None

    async def end(self, token_id: int) -> AccessToken | None:
        ended = self.state.end_tokens(lambda token: token.id == token_id)
        return ended[0] if ended else None

    async def end_all(self, user_id: int) -> list[AccessToken]:
        return self.state.end_tokens(lambda token: token.user_id == user_id)


@dataclass
class FakeCodes:
    state: State

    async def put(self, digest: bytes, stored: StoredCode) -> None:
        owner = (stored.purpose, stored.user_id)
        self.state.void(lambda each: (each.purpose, each.user_id) == owner)
        self.state.stored_codes[digest] = stored

    async def take(self, digest: bytes) -> StoredCode | None:
        return self.state.stored_codes.pop(digest, None)

    async def void(self, user_id: int) -> None:
        self.state.void(lambda stored: user_id in (stored.user_id, _issuer_of(stored)))

    async def void_set_up(self) -> None:
        self.state.void(lambda stored: stored.purpose is Purpose.SET_UP)


@dataclass
class FakeNames:
    state: State

    async def take(
        self,
        looks: Collection[str],
        user_id: int,
        *,
        now: datetime,
        shared: Collection[str] = (),
        held_too: bool = False,
    ) -> None:
        for look in shared:
            self.state.claims.setdefault(look, Claim(user_id))
        for look in looks:
            claim = self.state.claims.get(look)
            if claim is None or claim.user_id == user_id or self._is_free(claim, now, held_too):
                self.state.claims[look] = Claim(user_id)
            elif look not in shared:
                raise UsernameTaken

    def _is_free(self, claim: Claim, now: datetime, held_too: bool) -> bool:
        if claim.held_until is None:
            return claim.user_id not in self.state.users
        return held_too or claim.held_until <= now

    async def hold(
        self,
        user_id: int,
        *,
        but: Collection[str] = (),
        given_up: Collection[str] = (),
        until: datetime,
        at_most: int,
    ) -> None:
        for look in given_up:
            self.state.claims.setdefault(look, Claim(user_id))
        own = {look: each for look, each in self.state.claims.items() if each.user_id == user_id}
        for look, claim in own.items():
            if look not in but and claim.held_until is None:
                self.state.claims[look] = own[look] = Claim(user_id, until)
        ends = sorted({each.held_until for each in own.values() if each.held_until}, reverse=True)
        for look, each in own.items():
            if each.held_until in ends[at_most:]:
                del self.state.claims[look]

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        assert at_most > 0
        claims = self.state.claims.items()
        over = [look for look, each in claims if each.held_until and each.held_until <= now]
        for look in over[:at_most]:
            del self.state.claims[look]
        return len(over[:at_most])


@dataclass
class FakeInvitations:
    state: State

    async def add(
        self,
        digest: bytes,
        *,
        note: str,
        roles: tuple[str, ...],
        uses: int,
        at: datetime,
        expires_at: datetime,
        issuer: Issuer | None,
        is_for_operator: bool = False,
    ) -> Invitation:
        self.state.last_invitation_id += 1
        id_ = self.state.last_invitation_id
        added = Invitation(id_, note, roles, uses, 0, at, expires_at, None, issuer, is_for_operator)
        self.state.invitations[digest] = added
        return added

    async def use(self, digest: bytes, now: datetime) -> Invitation | None:
        found = self.state.invitations.get(digest)
        if found is None or not found.is_open(now):
            return None
        self.state.invitations[digest] = used = replace(found, used=found.used + 1)
        return used

    async def revoke(self, invitation_id: int, now: datetime) -> Invitation | None:
        for digest, before in self.state.invitations.items():
            if before.id == invitation_id:
                revoked = replace(before, revoked_at=before.revoked_at or now)
                self.state.invitations[digest] = revoked
                return before
        return None

    async def revoke_all(self, issuer_id: int, now: datetime) -> None:
        assert isinstance(now, datetime)
        for digest, each in self.state.invitations.items():
            if each.issuer and each.issuer.user_id == issuer_id and each.revoked_at is None:
                self.state.invitations[digest] = replace(each, revoked_at=now)

    async def remove_old(self, than: datetime, *, at_most: int) -> int:
        assert isinstance(than, datetime)
        assert at_most > 0
        invitations = self.state.invitations.items()
        old = [digest for digest, each in invitations if each.expires_at < than][:at_most]
        for digest in old:
            del self.state.invitations[digest]
        return len(old)


@dataclass
class FakeCounts:
    """Of the buckets that a `MemoryThrottle` has in this store."""

    buckets: MutableMapping[str, Bucket]
    forgotten: set[str] = field(default_factory=set)
    """Keys, for the commit."""

    async def forget(self, counted: Sequence[Counted]) -> int:
        found = {key for key in self.buckets if any(each.covers(key) for each in counted)}
        found -= self.forgotten
        self.forgotten |= found
        return len(found)


@dataclass
class FakeImports:
    state: State

    async def last_id(self) -> int:
        return self.state.last_user_id

    async def reserve(self, last_id: int) -> None:
        self.state.last_user_id = max(self.state.last_user_id, last_id)

    async def taken(self, names: Collection[Username]) -> Collection[str]:
        there = {user.username.key for user in self.state.users.values()}
        return there & {name.key for name in names}

    async def taken_ids(self, ids: Collection[int]) -> Collection[int]:
        return {*ids} & {*self.state.users}

    async def add(self, accounts: Sequence[NewAccount], *, at: datetime) -> list[Imported]:
        ids: dict[str, int] = {}
        for account in sorted(accounts, key=lambda each: each.id is None):
            if await self.taken([account.username]) or account.id in self.state.users:
                raise UsernameTaken
            self.state.last_user_id += account.id is None
            id_ = account.id or self.state.last_user_id
            self.state.last_user_id = max(self.state.last_user_id, id_)
            self.state.users[id_] = _user_of(account, id_, at)
            ids[account.username.key] = id_
        return [Imported(each, ids[each.username.key]) for each in accounts]

    async def mark(self, source: str) -> ImportMark | None:
        return self.state.marks.get(source)

    async def set_mark(self, source: str, mark: ImportMark, *, at: datetime) -> None:
        self.state.marks[source] = mark


def _user_of(account: NewAccount, id_: int, at: datetime) -> User:
    found = account.imported
    return User(
        id_,
        account.username,
        found.password_hash,
        found.signup_time or at,
        disabled_at=found.disabled_at,
        is_operator=found.is_operator,
        roles=found.roles,
        metadata=found.metadata,
    )


@dataclass
class FakeUnitOfWork:
    users: FakeUsers
    sessions: FakeSessions
    events: FakeEvents
    tokens: FakeTokens
    codes: FakeCodes
    names: FakeNames
    invitations: FakeInvitations
    counts: FakeCounts
    imports: FakeImports


class FakeStore:
    """Fits `UnitOfWorkFactory`, as `begin`, and `Lookup`; its `records` fit `AccountHistory`."""

    def __init__(self) -> None:
        self.state = State()
        self.buckets = OrderedDict[str, Bucket]()
        """Of a throttle that shares this store."""
        self.history = FakeAccountHistory(self)
        self.begun = 0
        """How many units of work have begun."""
        self._writing = asyncio.Lock()
        self._user_turns = defaultdict[tuple[int, str], asyncio.Lock](asyncio.Lock)
        self._site_turns = defaultdict[str, asyncio.Semaphore](lambda: asyncio.Semaphore(4))

    @asynccontextmanager
    async def begin(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AsyncIterator[FakeUnitOfWork]:
        self.begun += 1
        async with AsyncExitStack() as turn:
            if client and client.user_id is not None:
                await turn.enter_async_context(self._user_turns[client.user_id, client.site])
            if client and client.site:
                await turn.enter_async_context(self._site_turns[client.site])
            await turn.enter_async_context(self._writing)
            state, counts = self.state.copy(), FakeCounts(self.buckets)
            yield FakeUnitOfWork(
                FakeUsers(state),
                FakeSessions(state),
                FakeEvents(state),
                FakeTokens(state),
                FakeCodes(state),
                FakeNames(state),
                FakeInvitations(state),
                counts,
                FakeImports(state),
            )
            self.state = state
            for key in counts.forgotten:
                self.buckets.pop(key, None)

    async def session(self, digest: bytes) -> SignedIn | None:
        return self.state.signed_in(digest)

    async def user(self, username: Username) -> User | None:
        for user in self.state.users.values():
            if user.username.key == username.key:
                return user
        return None

    async def access_token(self, digest: bytes) -> TokenWithUser | None:
        token = self.state.tokens.get(digest)
        return TokenWithUser(token, self.state.users[token.user_id]) if token else None

    async def token_owner(self, token_id: int) -> int | None:
        return next(
            (each.user_id for each in self.state.tokens.values() if each.id == token_id), None
        )

    async def one_time_code(self, digest: bytes) -> StoredCode | None:
        return self.state.stored_codes.get(digest)

    async def invitation(self, digest: bytes) -> Invitation | None:
        return self.state.invitations.get(digest)


@dataclass
class FakeAccountHistory:
    store: FakeStore

    async def sessions(self, user_id: int) -> list[Session]:
        state = self.store.state
        user = state.users.get(user_id)
        own = [each for each in state.sessions.values() if each.user_id == user_id]
        counting = [each for each in own if user and each.auth_version == user.auth_version]
        return sorted(counting, key=lambda each: each.id, reverse=True)

    async def events(self, user_id: int, *, before: int | None, limit: int) -> list[StoredEvent]:
        own = [each for each in self.store.state.events if each.event.user_id == user_id]
        below = [each for each in own if before is None or each.position < before]
        return below[::-1][:limit]

    async def follow(self, after: str | None, *, limit: int) -> EventFeed:
        seen, events = after or "event 0", self.store.state.events
        if seen == "now":
            return EventFeed([], f"event {events[-1].position if events else 0}")
        if not seen.startswith("event "):
            raise InvalidQuery("This was never a cursor.")
        position = int(seen.removeprefix("event "))
        found = [each for each in events if each.position > position][:limit]
        return EventFeed(found, f"event {found[-1].position}" if found else seen)

    async def user(self, user_id: int) -> User | None:
        return self.store.state.users.get(user_id)

    async def usage(self, user_id: int) -> Usage:
        return self.store.state.usages.get(user_id, Usage())

    async def existing(self, user_ids: Sequence[int]) -> set[int]:
        return {each for each in user_ids if each in self.store.state.users}
