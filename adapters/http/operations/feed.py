"""Everything that happened, for whoever follows it."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from msgspec import Struct

from adapters.http.operations.access import answers_operators, operators
from adapters.http.operations.following import Wait, wait_for
from adapters.http.operations.queries import Limit
from adapters.http.problems import INVALID
from domain.errors import InvalidQuery
from domain.events import EventFeed, EventKind, StoredEvent
from domain.history import AccountHistory
from domain.operator import Scope

Cursor = Annotated[
    str | None,
    QueryParameter(max_length=60, description="The `next` of the answer before, or `now`."),
]


class FeedEvent(Struct, frozen=True):
    """Something that happened to `user_id`; `actor_id` is the operator who did it, if one did."""

    position: int
    kind: EventKind
    time: datetime
    user_id: int | None
    actor_id: int | None
    address: str
    user_agent: str
    details: dict[str, str | int]

    @classmethod
    def of(cls, recorded: StoredEvent) -> "FeedEvent":
        """As the API shows it."""
        event = recorded.event
        return cls(
            recorded.position,
            event.kind,
            event.at,
            event.user_id,
            event.actor_id,
            event.caller.address,
            event.caller.user_agent,
            dict(event.details),
        )


class FeedView(Struct, frozen=True):
    """Events, oldest first. Ask for those after `next`."""

    events: list[FeedEvent]
    next: str

    @classmethod
    def of(cls, feed: EventFeed) -> "FeedView":
        """As it is shown."""
        return cls([FeedEvent.of(each) for each in feed.events], feed.next)


class FeedController(Controller):
    """The record of what happened to accounts."""

    path = "/api/ops/events"
    tags = ("Operations: data",)

    @get(
        operation_id="followEvents",
        summary="Follow what happens",
        responses=answers_operators(InvalidQuery, also=(INVALID,)),
        **operators(Scope.EVENTS_VIEW, Scope.DATA_VIEW),
    )
    async def follow(
        self,
        history: NamedDependency[SkipValidation[AccountHistory]],
        after: Cursor = None,
        limit: Limit = 100,
        wait: Wait = 0,
    ) -> FeedView:
        """Who goes on from `next` misses no event and gets none twice. Without `after`, from the
        first that is still there; with `after=now`, none, but where to begin. To search events, see
        the rows of the table `events`.
        """
        feed = await wait_for(lambda: history.follow(after, limit=limit), seconds=wait)
        return FeedView.of(feed)
