"""For tests of applications: be somebody without a Frontdesk.

with signed_in_as("ada", roles=["admin"]):
assert client.get("/admin").status_code == 200
with signed_in_as(None):
assert client.get("/admin").status_code == 401
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk_client.models import Session, SignedIn, User
from frontdesk_client.pretending import Pretence, begin, end


@contextmanager
def signed_in_as(
    username: str | None,
    *,
    user_id: int = 1,
    roles: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
) -> Iterator[User | None]:
    """Let all guards of this process take every request for this user's, or with `None` for
    nobody's. Frontdesk is not asked.
    """
    user = None
    if username is not None:
        user = User(user_id, username, tuple(roles), dict(metadata or {}))
    now = datetime.now(UTC)
    session = Session(1, now, now + timedelta(days=7), now + timedelta(minutes=10))
    pretence = Pretence(SignedIn(user, session) if user else None)
    begin(pretence)
    try:
        yield user
    finally:
        end(pretence)
