"""Accounts and sessions in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.errors import UsernameTaken
from domain.password import PasswordHash
from domain.session import Origin, Session, SignedIn
from domain.user import User, Username


@dataclass
class State:
    users: dict[int, User] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    last_user_id: int = 0
    last_session_id: int = 0

    def copy(self) -> "State":
        return replace(self, users=dict(self.users), sessions=dict(self.sessions))

    def signed_in(self, digest: bytes) -> SignedIn | None:
        session = self.sessions.get(digest)
        user = self.users.get(session.user_id) if session else None
        if session is None or user is None or session.auth_version != user.auth_version:
            return None
        return SignedIn(session, user)


@dataclass
class FakeUsers:
    state: State

    async def add(self, username: Username, password_hash: PasswordHash, *, at: datetime) -> User:
        self._check_free(username, owner=None)
        self.state.last_user_id += 1
        user = User(self.state.last_user_id, username, password_hash, at)
        self.state.users[user.id] = user
        return user

    async def get(self, user_id: int) -> User | None:
        return self.state.users.get(user_id)

    async def save(self, user: User) -> None:
        self._check_free(user.username, owner=user.id)
        self.state.users[user.id] = user

    def _check_free(self, username: Username, owner: int | None) -> None:
        for user in self.state.users.values():
            if user.username.key == username.key and user.id != owner:
                raise UsernameTaken


@dataclass
class FakeSessions:
    state: State

    async def add(
        self, user: User, digest: bytes, origin: Origin, *, at: datetime, expires_at: datetime
    ) -> Session:
        self.state.last_session_id += 1
        session = Session(
            self.state.last_session_id, user.id, user.auth_version, at, at, expires_at, origin
        )
        self.state.sessions[digest] = session
        return session

    async def find(self, digest: bytes) -> SignedIn | None:
        return self.state.signed_in(digest)

    async def replace_all(self, session: Session, user: User, digest: bytes) -> Session:
        others = [key for key, each in self.state.sessions.items() if each.user_id == user.id]
        for key in others:
            del self.state.sessions[key]
        renewed = replace(session, auth_version=user.auth_version)
        self.state.sessions[digest] = renewed
        return renewed

    async def end(self, digest: bytes) -> None:
        self.state.sessions.pop(digest, None)


@dataclass
class FakeUnitOfWork:
    users: FakeUsers
    sessions: FakeSessions


class FakeStore:
    """Fits `Begin`, as `begin`, and `Lookup`."""

    def __init__(self) -> None:
        self.state = State()
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeUnitOfWork]:
        async with self._writing:
            state = self.state.copy()
            yield FakeUnitOfWork(FakeUsers(state), FakeSessions(state))
            self.state = state

    async def session(self, digest: bytes) -> SignedIn | None:
        return self.state.signed_in(digest)

    async def user(self, username: Username) -> User | None:
        for user in self.state.users.values():
            if user.username.key == username.key:
                return user
        return None
