"""What litestar-security leaves to the application, as far as the benchmark asks for it."""

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

    async def one(self, sql: str, *values: Any) -> Any:
        return next(iter(await self.db.execute_fetchall(sql, values)), None)

    async def find_for_login(self, normalized_identifier: str) -> Account | None:
        row = await self.one(ACCOUNT + "email = ?", normalized_identifier)
        return row and to_account(row)

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
        c, sql = command, "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *"
        row = (c.session_id, c.binding_id, c.binding_digest, c.account_id, c.security_epoch)
        times = (c.created_at, c.authenticated_at, c.created_at, c.expires_at)
        return to_session(await self.one(sql, *row, *(time.isoformat() for time in times)))

    async def resolve_user_auth_session(
        self, session_id: str, account_id: str, *, now: datetime
    ) -> lsa.ResolvedUserAuthSession[User] | None:
        row = await self.one(BOTH, session_id, account_id)
        return row and lsa.ResolvedUserAuthSession(to_session(row[:9]), to_account(row[9:]))

    async def unsupported(self, *_: Any, **__: Any) -> NoReturn:
        """What the benchmark never asks for."""
        raise NotImplementedError

    get_by_id = current_epoch = rebind = get = list_for_account = touch = unsupported
    revoke_session_for_account = revoke_sessions_for_account = revoke_other_sessions = unsupported
    compare_and_replace_password = replace_password_and_bump_epoch = unsupported
    list_methods = register_login_method = revoke_login_method = unsupported
    issue = issue_absent = consume_and_verify = consume_and_reset = unsupported
