"""The people who live in the tests."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.password import PasswordHash
from domain.session import Caller
from domain.user import Username

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

PASSWORD = "correct horse"
OTHER_PASSWORD = "battery staple"

ADA, BOB = Username("Ada"), Username("Bob")
HASH, OTHER_HASH = PasswordHash("hash of one"), PasswordHash("hash of another")
LAPTOP = Caller("192.0.2.1", "Firefox")
PHONE = Caller("192.0.2.2", "Safari")
CLIENT = LAPTOP.client()
DIGEST, OTHER_DIGEST = b"1" * 32, b"2" * 32


def fresh_name() -> str:
    """A username nobody has, also in a database that was used before."""
    return f"u{uuid4().hex[:12]}"
