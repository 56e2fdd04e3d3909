"""The table of the file, and what keeps count of it."""

from typing import NamedTuple

SCHEMA = """
CREATE TABLE requests (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    level TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT NOT NULL,
    status INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    user_id INTEGER,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    request_bytes INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    statements INTEGER NOT NULL,
    statements_ms REAL NOT NULL,
    request_headers TEXT NOT NULL,
    response_headers TEXT NOT NULL,
    request_body TEXT,
    error TEXT,
    of_accounts INTEGER AS (status IN (401, 403, 429) AND route GLOB '/api/user*'),
    bytes INTEGER AS (300 + length(path) + length(query) + length(user_agent)
        + length(request_headers) + length(response_headers))
) STRICT;
CREATE INDEX ix_requests_level_time ON requests (level, time);
CREATE INDEX ix_requests_user_id ON requests (user_id);
CREATE INDEX ix_requests_request_id ON requests (request_id);
"""
UPKEEP = (
    "CREATE INDEX ix_requests_of_accounts ON requests (of_accounts, id)",
    "CREATE TABLE held (of_accounts INTEGER NOT NULL) STRICT",
    "INSERT INTO held VALUES (0)",
    """CREATE TRIGGER added AFTER INSERT ON requests WHEN NEW.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts + NEW.bytes; END""",
    """CREATE TRIGGER removed AFTER DELETE ON requests WHEN OLD.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts - OLD.bytes; END""",
    """CREATE TRIGGER blanked AFTER UPDATE ON requests WHEN OLD.of_accounts BEGIN
        UPDATE held SET of_accounts = of_accounts - OLD.bytes + NEW.bytes; END""",
)
"""`of_accounts` is what account routes refused, as perhaps in an attack: when the file is full, it
is kept longer than others, up to a part of the file.
"""


class RequestRow(NamedTuple):
    """What is inserted of a request: the columns by name, but for the id and those that SQLite
    computes.
    """

    time: int
    level: str
    method: str
    route: str
    path: str
    query: str
    status: int
    duration_ms: float
    user_id: int | None
    address: str
    user_agent: str
    request_id: str
    request_bytes: int
    response_bytes: int
    statements: int
    statements_ms: float
    request_headers: str
    response_headers: str
    request_body: str | None
    error: str | None


INSERT = f"INSERT INTO requests ({', '.join(RequestRow._fields)}) VALUES "
VALUES = f"({', '.join('?' * len(RequestRow._fields))})"

MARKS = {
    "requests.time": {"kind": "instant"},
    "requests.request_headers": {"kind": "json"},
    "requests.response_headers": {"kind": "json"},
    "requests.request_body": {"kind": "json"},
}
"""What operators have to know of the columns that SQL does not say."""
