"""The tables, and what operators who look at them have to know that SQL does not say."""

from pathlib import Path
from typing import Any

_SECRET = {"secret": True}  # no query reaches it
_INSTANT = {"kind": "instant"}

MARKS: dict[str, dict[str, Any]] = {
    "users.username": {"writable": True, "found_by": "username_key"},
    "users.password_hash": _SECRET,
    "users.signup_time": _INSTANT,
    "users.disabled_at": _INSTANT,
    "users.is_operator": {"kind": "boolean"},
    "sessions.token_digest": _SECRET,
    "sessions.created_at": _INSTANT,
    "sessions.last_seen_at": _INSTANT,
    "sessions.expires_at": _INSTANT,
    "events.at": _INSTANT,
    "events.details": {"kind": "json"},
    "access_tokens.digest": _SECRET,
    "access_tokens.created_at": _INSTANT,
    "access_tokens.expires_at": _INSTANT,
    "access_tokens.last_used_at": _INSTANT,
    "one_time_codes.digest": _SECRET,
    "one_time_codes.expires_at": _INSTANT,
    "throttle_buckets.began": _INSTANT,
    "throttle_buckets.waits_until": _INSTANT,
    "throttle_buckets.forget_at": _INSTANT,
    "readiness.checked_at": _INSTANT,
}
"""By table and column, as `monitoring.table_query` takes them."""


def schema() -> str:
    """The statements that make the tables."""
    return Path(__file__).with_name("schema.sql").read_text("utf-8")
