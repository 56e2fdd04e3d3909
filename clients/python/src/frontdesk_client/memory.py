"""Answers that are kept for some seconds."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import Lock

from msgspec import Struct

from frontdesk_client.credentials import Credentials
from frontdesk_client.models import SignedIn

_AT_MOST = 10_000
_LONGEST_QUESTION_SECONDS = 60


class _Kept(Struct):
    found: SignedIn
    until: float


class Memory:
    """Keeps who is signed in for so many seconds, and not beyond the end of the session. That
    nobody is, is not kept. Threads may share it.

    If `follows_events`, whatever is known of a user goes when an event names the user, and nothing
    is kept or given while the events are not being followed.
    """

    def __init__(
        self,
        seconds: float,
        *,
        follows_events: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds, self._clock = seconds, clock
        self._kept: OrderedDict[Credentials, _Kept] = OrderedDict()
        self._named_at: dict[int, float] = {}
        self._good_until = 0.0 if follows_events else float("inf")
        self._lock = Lock()

    def now(self) -> float:
        """By its clock."""
        return self._clock()

    def get(self, credentials: Credentials) -> SignedIn | None:
        """What is kept, if anything."""
        if not self.seconds:
            return None
        now = self._clock()
        with self._lock:
            kept = self._kept.get(credentials)
            if kept is None or now >= self._good_until:
                return None
            if now >= kept.until or kept.found.session.expires <= datetime.now(UTC):
                del self._kept[credentials]
                return None
            return kept.found

    def keep(self, credentials: Credentials, found: SignedIn, *, asked_at: float) -> None:
        """Keep an answer to what was asked at that time, unless an event has named the user since
        then: the answer may be from before.
        """
        if not self.seconds:
            return
        with self._lock:
            is_old = asked_at <= self._named_at.get(found.user.id, float("-inf"))
            if is_old or self._clock() >= self._good_until:
                return
            self._kept[credentials] = _Kept(found, asked_at + self.seconds)
            self._kept.move_to_end(credentials)
            while len(self._kept) > _AT_MOST:
                self._kept.popitem(last=False)

    def forget(self, user_ids: Iterable[int]) -> None:
        """Events have named these users."""
        named = set(user_ids)
        if not named:
            return
        now = self._clock()
        with self._lock:
            for credentials in [
                each for each, kept in self._kept.items() if kept.found.user.id in named
            ]:
                del self._kept[credentials]
            self._named_at |= dict.fromkeys(named, now)
            for user_id, at in list(self._named_at.items()):
                if now - at > _LONGEST_QUESTION_SECONDS:
                    del self._named_at[user_id]

    def forget_all(self) -> None:
        """Nobody knows what has happened."""
        with self._lock:
            self._kept.clear()
            self._good_until = 0.0

    def trust_until(self, time: float) -> None:
        """All events are known that were there a moment ago."""
        with self._lock:
            self._good_until = time
