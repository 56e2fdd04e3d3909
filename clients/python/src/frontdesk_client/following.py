"""Following the events of Frontdesk, so that a memory forgets at once what has changed."""

import logging
from threading import Event, Lock, Thread

import httpx
import msgspec

from frontdesk_client.memory import Memory

PROMISED_SECONDS = 1.0
"""What is kept is given no longer than this after the events were last asked for."""

_WAIT_SECONDS, _TIMEOUT_SECONDS, _PAUSE_SECONDS = 0.5, 2.0, 0.5
_LIMIT = 500
_log = logging.getLogger("frontdesk_client")


class _Event(msgspec.Struct):
    user_id: int | None = None


class _Feed(msgspec.Struct):
    events: list[_Event]
    next: str


class Follower:
    """A thread that tells a memory whom events have named. It begins with the first `start`, also
    in a process that was forked since, and ends with `close`. `access_token` has the scope
    `events.view`.
    """

    def __init__(
        self,
        url: str,
        access_token: str,
        memory: Memory,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url, self._access_token, self._memory = url, access_token, memory
        self._transport = transport
        self._stop, self._lock = Event(), Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Follow, if it does not yet."""
        thread = self._thread
        if thread is not None and thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = Thread(target=self._follow, name="frontdesk-events", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _follow(self) -> None:
        headers = {
            "Authorization": f"Bearer {self._access_token}",
            "User-Agent": "frontdesk-client",
        }
        with httpx.Client(
            base_url=self._url,
            headers=headers,
            timeout=_TIMEOUT_SECONDS,
            transport=self._transport,
            trust_env=False,
        ) as http:
            seen, has_said = "now", False
            while not self._stop.is_set():
                asked_at = self._memory.now()
                try:
                    feed = self._ask(http, seen)
                except (httpx.HTTPError, msgspec.DecodeError, UnicodeDecodeError) as error:
                    self._memory.forget_all()
                    seen = "now"
                    if not has_said:
                        _log.warning("the events of Frontdesk cannot be followed: %r", error)
                    has_said = True
                    self._stop.wait(_PAUSE_SECONDS)
                    continue
                has_said, seen = False, feed.next
                self._memory.forget(
                    each.user_id for each in feed.events if each.user_id is not None
                )
                if len(feed.events) < _LIMIT:
                    self._memory.trust_until(asked_at + PROMISED_SECONDS)

    def _ask(self, http: httpx.Client, seen: str) -> _Feed:
        wait = 0 if seen == "now" else _WAIT_SECONDS
        answer = http.get("/api/ops/events", params={"after": seen, "limit": _LIMIT, "wait": wait})
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=_Feed)
