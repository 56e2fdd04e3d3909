"""The one table of the file."""

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
    error TEXT
) STRICT;
CREATE INDEX ix_requests_level_time ON requests (level, time);
CREATE INDEX ix_requests_user_id ON requests (user_id);
CREATE INDEX ix_requests_request_id ON requests (request_id);
"""
INSERT = "INSERT INTO requests VALUES "
VALUES = f"(NULL{', ?' * 20})"
"""All but the id, in the order above."""

MARKS = {
    "requests.time": {"kind": "instant"},
    "requests.request_headers": {"kind": "json"},
    "requests.response_headers": {"kind": "json"},
    "requests.request_body": {"kind": "json"},
}
"""What operators have to know of the columns that SQL does not say."""
