"""A large database, quickly."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from adapters.sql.values import to_micros
from adapters.system import SystemClock, SystemSecrets
from domain.secrets import SessionToken

KNOWN_SESSIONS = 4_608


def fill(database: Path, size: int, known: int = KNOWN_SESSIONS) -> list[SessionToken]:
    """Give every user up to that number a name, the first one's password, and a session; of some
    sessions, evenly spread, the token is known.
    """
    now, week = to_micros(SystemClock().now()), 604_800_000_000
    tokens = [SystemSecrets().new(SessionToken) for _ in range(known)]
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    (there,) = connection.execute("SELECT max(id) FROM users").fetchone()
    session = (
        "INSERT INTO sessions (user_id, token_digest, auth_version, created_at, last_seen_at,"
        " expires_at, address, user_agent)"
    )
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)"
        " INSERT INTO users (username, username_key, password_hash, signup_time, auth_version)"
        " SELECT 'user' || (i - 1), 'user' || (i - 1),"
        " (SELECT password_hash FROM users WHERE id = 1), ?3, 1 FROM n",
        (there + 1, size, now),
    )
    connection.execute(
        f"{session} SELECT id, randomblob(32), 1, ?1, ?1, ?2, '127.0.0.1', 'wrk'"
        " FROM users WHERE id > ?3",
        (now, now + week, there),
    )
    connection.executemany(
        f"{session} VALUES (?, ?, 1, ?, ?, ?, '127.0.0.1', 'wrk')",
        [
            (1 + number * (size - 1) // known, token.digest, now, now, now + week)
            for number, token in enumerate(tokens)
        ],
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return tokens


async def fill_postgresql(url: str, size: int, known: int = KNOWN_SESSIONS) -> list[SessionToken]:
    """The same in PostgreSQL, for so many users more."""
    now, week = to_micros(SystemClock().now()), 604_800_000_000
    tokens = [SystemSecrets().new(SessionToken) for _ in range(known)]
    connection = await asyncpg.connect(url)
    first = await connection.fetchval("SELECT max(id) + 1 FROM users")
    hashed = await connection.fetchval("SELECT min(password_hash) FROM users")
    ids, step = range(first, first + size), size / known

    def users() -> Iterator[tuple[object, ...]]:
        for id_ in ids:
            yield (id_, f"user{id_ - 1}", f"user{id_ - 1}", hashed, now, 1)

    def sessions() -> Iterator[tuple[object, ...]]:
        of_known = {first + int(number * step): token for number, token in enumerate(tokens)}
        for id_ in ids:
            token = of_known.get(id_)
            digest = token.digest if token else os.urandom(32)
            yield (digest, id_, 1, now, now, now + week, "127.0.0.1", "wrk", "wrk")

    await connection.copy_records_to_table(
        "users",
        records=users(),
        columns=["id", "username", "username_key", "password_hash", "signup_time", "auth_version"],
    )
    await connection.copy_records_to_table(
        "sessions",
        records=sessions(),
        columns=[
            "token_digest",
            "user_id",
            "auth_version",
            "created_at",
            "last_seen_at",
            "expires_at",
            "address",
            "user_agent",
            "device",
        ],
    )
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users"
    )
    await connection.execute("VACUUM (ANALYZE)")  # as after the night
    await connection.execute("CHECKPOINT")
    await connection.close()
    return tokens
