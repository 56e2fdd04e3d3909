"""Take everything with you."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

from application.steps.authenticate import Authenticate
from domain.account import EventsPage, Export, ExportPart, RequestHistory, RequestsPage
from domain.errors import Unavailable
from domain.history import AccountHistory
from domain.ports import Clock
from domain.secrets import SessionToken
from domain.session import Caller, SignedIn
from domain.throttle import Throttle, ThrottlePolicy
from domain.user import User

_EVENTS, _REQUESTS = 100, 25  # a page


@dataclass(frozen=True, slots=True)
class ExportAccount:
    """Give all that is held about the caller, part by part: first an `Export`, then pages.

    Nothing is held between two parts, so that whoever takes them slowly is in nobody's way. Each
    page is read only while the session lives. A user has one export at a time; where `requests` is
    `None`, none are on record.

    Raises `TooManyAttempts`, and at any part `NotSignedIn`, `InvalidQuery`, `Unavailable`: what was
    given until then is not everything.
    """

    history: AccountHistory
    requests: RequestHistory | None
    authenticate: Authenticate
    clock: Clock
    throttle: Throttle
    throttle_policy: ThrottlePolicy

    async def __call__(
        self, *, signed_in: SignedIn, presented: SessionToken, caller: Caller
    ) -> AsyncGenerator[ExportPart, None]:
        user = signed_in.user
        only, client = self.throttle_policy.for_export(user.id), caller.client(user_id=user.id)
        await self.throttle.reserve(only, client=client)
        try:
            usage, sessions = (
                await self.history.usage(user.id),
                await self.history.sessions(user.id),
            )
            yield Export(self.clock.now(), user, usage, sessions)
            before: int | None = None
            while events := await self.history.events(user.id, before=before, limit=_EVENTS):
                yield EventsPage(events)
                before = events[-1].position
                await self.authenticate(presented=presented)
            page = await self._requests(user)
            while page.requests:
                yield page
                if page.following is None:
                    break
                await self.authenticate(presented=presented)
                page = await self._requests(user, page.following)
        finally:
            with suppress(Unavailable):  # then it ends by itself
                await self.throttle.refund(only, client=client)

    async def _requests(self, user: User, after: str | None = None) -> RequestsPage:
        if self.requests is None:
            return RequestsPage([])
        return await self.requests.page(user, after=after, limit=_REQUESTS)
