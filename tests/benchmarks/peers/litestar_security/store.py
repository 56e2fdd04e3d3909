"""SQLite account and session store for the litestar-security session profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import aiosqlite
import litestar_security.accounts as lsa

SCHEMA = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT, epoch INTEGER NOT NULL,
    created TEXT NOT NULL, password TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, binding TEXT NOT NULL, digest BLOB NOT NULL,
    account TEXT NOT NULL REFERENCES account, epoch INTEGER NOT NULL, created TEXT NOT NULL,
    authenticated TEXT NOT NULL, seen TEXT NOT NULL, expires TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS session_account ON session (account);
"""
ACCOUNT = "SELECT id, email, name, epoch, created FROM account WHERE "
BOTH = """SELECT s.*, a.id, a.email, a.name, a.epoch, a.created FROM session s
    JOIN account a ON a.id = s.account WHERE s.id = ? AND a.id = ?"""


@dataclass(frozen=True, slots=True)
class User:
    id: str
    email: str
    created_at: str


Account = lsa.LocalAccountState[User]
Session = lsa.UserAuthSession


def to_account(row: Any) -> Account:
    return lsa.LocalAccountState(*row[:3], True, True, row[3], User(row[0], row[1], row[4]))


def to_session(row: Any) -> Session:
    return lsa.UserAuthSession(*row[:5], *map(datetime.fromisoformat, row[5:]))


class Store:
    def __init__(self, path: Path) -> None:
        self.path = path

    async def open(self) -> None:
        self.db = await aiosqlite.connect(self.path, isolation_level=None)
        await self.db.executescript(SCHEMA)

    async def close(self) -> None:
        await self.db.close()

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        return list(await self.db.execute_fetchall(sql, values))

    async def one(self, sql: str, *values: Any) -> Any:
        return next(iter(await self.rows(sql, *values)), None)

    async def find_for_login(self, normalized_identifier: str) -> Account | None:
        row = await self.one(ACCOUNT + "email = ?", normalized_identifier)
        return row and to_account(row)

    async def get_by_id(self, account_id: str) -> Account | None:
        row = await self.one(ACCOUNT + "id = ?", account_id)
        return row and to_account(row)

    async def current_epoch(self, account_id: str) -> int | None:
        row = await self.one("SELECT epoch FROM account WHERE id = ?", account_id)
        return row and row[0]

    async def get_password_state(self, account_id: str) -> lsa.PasswordCredentialState | None:
        row = await self.one("SELECT password, epoch FROM account WHERE id = ?", account_id)
        return row and lsa.PasswordCredentialState(*row, active=True, verified=True)

    async def register(
        self, command: lsa.RegistrationCommand, password_hash: str, *, now: datetime, **_: Any
    ) -> lsa.RegistrationOutcome[User]:
        identifier, name = command.normalized_identifier, command.display_name
        row = (str(uuid4()), identifier, name, 0, now.isoformat())
        sql = "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id"
        if await self.one(sql, *row, password_hash) is None:
            return lsa.RegistrationOutcome(lsa.RegistrationStatus.DUPLICATE)
        return lsa.RegistrationOutcome(lsa.RegistrationStatus.CREATED, to_account(row))

    async def create(self, command: lsa.CreateSessionCommand, **_: Any) -> Session:
        sql = "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *"
        return to_session(await self.one(sql, *session_values(command)))

    async def rebind(
        self, prior_session_id: str, command: lsa.CreateSessionCommand, **_: Any
    ) -> Session | None:
        sql = """UPDATE session SET id = ?, binding = ?, digest = ?, account = ?, epoch = ?,
            created = ?, authenticated = ?, seen = ?, expires = ? WHERE id = ? RETURNING *"""
        row = await self.one(sql, *session_values(command), prior_session_id)
        return row and to_session(row)

    async def get(self, session_id: str) -> Session | None:
        row = await self.one("SELECT * FROM session WHERE id = ?", session_id)
        return row and to_session(row)

    async def resolve_user_auth_session(
        self, session_id: str, account_id: str, *, now: datetime
    ) -> lsa.ResolvedUserAuthSession[User] | None:
        row = await self.one(BOTH, session_id, account_id)
        return row and lsa.ResolvedUserAuthSession(to_session(row[:9]), to_account(row[9:]))

    async def list_for_account(self, account_id: str) -> Sequence[Session]:
        rows = await self.rows("SELECT * FROM session WHERE account = ?", account_id)
        return [to_session(row) for row in rows]

    async def touch(self, session_id: str, *, now: datetime) -> Session | None:
        sql = "UPDATE session SET seen = ? WHERE id = ? RETURNING *"
        row = await self.one(sql, now.isoformat(), session_id)
        return row and to_session(row)

    async def revoke_session_for_account(self, account_id: str, session_id: str, **_: Any) -> bool:
        sql = "DELETE FROM session WHERE account = ? AND id = ? RETURNING id"
        return bool(await self.rows(sql, account_id, session_id))

    async def revoke_sessions_for_account(self, account_id: str, **_: Any) -> int:
        return len(
            await self.rows("DELETE FROM session WHERE account = ? RETURNING id", account_id)
        )

    async def revoke_other_sessions(self, account_id: str, session_id: str, **_: Any) -> int:
        sql = "DELETE FROM session WHERE account = ? AND id <> ? RETURNING id"
        return len(await self.rows(sql, account_id, session_id))

    async def unsupported(self, *_: Any, **__: Any) -> NoReturn:
        """What the benchmark never asks for."""
        raise NotImplementedError

    compare_and_replace_password = replace_password_and_bump_epoch = unsupported
    list_methods = register_login_method = revoke_login_method = unsupported
    issue = issue_absent = consume_and_verify = consume_and_reset = unsupported


def session_values(command: lsa.CreateSessionCommand) -> tuple[Any, ...]:
    times = (command.created_at, command.authenticated_at, command.created_at, command.expires_at)
    return (
        command.session_id,
        command.binding_id,
        command.binding_digest,
        command.account_id,
        command.security_epoch,
        *(time.isoformat() for time in times),
    )
