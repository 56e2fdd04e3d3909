"""Take everything with you."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

from domain.account import EventsPage, Export, ExportPart, RequestsPage
from domain.errors import Unavailable
from domain.ports import Clock, Records, Throttle
from domain.queries import Comparison, Condition, Page, Tables
from domain.session import Origin, SessionToken, SignedIn
from domain.steps import Authenticate
from domain.throttle import ThrottlePolicy
from domain.user import User

_EVENTS, _REQUESTS = 100, 25  # a page
_TABLE = "requests"
_COLUMNS = (
    "time",
    "request_id",
    "method",
    "route",
    "path",
    "query",
    "status",
    "duration_ms",
    "address",
    "user_agent",
    "request_headers",
    "request_body",
    "response_headers",
)


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """Give all that is held about the caller, part by part: first an `Export`, then pages.

    Nothing is held between two parts, so that whoever takes them slowly is in nobody's way. Each
    page is read only while the session lives. A user has one export at a time; where `requests` is
    `None`, none are on record.

    Raises `TooManyAttempts`, and at any part `NotSignedIn`, `InvalidQuery`, `Unavailable`: what was
    given until then is not everything.
    """

    records: Records
    requests: Tables | None
    authenticate: Authenticate
    clock: Clock
    throttle: Throttle
    throttle_policy: ThrottlePolicy

    async def __call__(
        self, *, signed_in: SignedIn, presented: SessionToken, origin: Origin
    ) -> AsyncGenerator[ExportPart, None]:
        user = signed_in.user
        only, client = self.throttle_policy.for_export(user.id), origin.client(user_id=user.id)
        await self.throttle.reserve(only, client=client)
        try:
            yield Export(self.clock.now(), user, await self.records.sessions(user.id))
            before: int | None = None
            while events := await self.records.events(user.id, before=before, limit=_EVENTS):
                yield EventsPage(events)
                before = events[-1].position
                await self.authenticate(presented=presented)
            page = await self._requests(user)
            while page.rows:
                yield RequestsPage(page.rows)
                if page.following is None:
                    break
                await self.authenticate(presented=presented)
                page = await self._requests(user, page.following)
        finally:
            with suppress(Unavailable):  # then it ends by itself
                await self.throttle.refund(only, client=client)

    async def _requests(self, user: User, after: str | None = None) -> Page:
        if self.requests is None:
            return Page([], None)
        # The records may be older than the accounts, if a backup was restored, and ids come again.
        own = [
            Condition("user_id", Comparison.EQ, str(user.id)),
            Condition("time", Comparison.GE, user.signup_time.isoformat()),
        ]
        return await self.requests.page(_TABLE, own, columns=_COLUMNS, after=after, limit=_REQUESTS)
