"""A large database, quickly."""

import sqlite3
from pathlib import Path

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
