"""Everything that happened, for whoever follows it."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from msgspec import Meta, Struct

from adapters.http.operations.access import answers_operators, operators
from adapters.http.operations.following import Wait, wait_for
from adapters.http.operations.queries import Limit
from adapters.http.problem_kinds import INVALID
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

    position: Annotated[
        int,
        Meta(description="Id of the event; never reused. Ids do not tell the order: `next` does."),
    ]
    kind: EventKind
    time: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    user_id: Annotated[
        int | None, Meta(description="Whom it concerns; null for a login with an unknown name.")
    ]
    actor_id: Annotated[
        int | None,
        Meta(description="The operator who did it; null if it was the user or the command line."),
    ]
    address: Annotated[str, Meta(description="Address of who did it.")]
    user_agent: Annotated[str, Meta(description="User-Agent header of who did it.")]
    details: Annotated[
        dict[str, str | int],
        Meta(description="Depends on the kind: names before and after, counts, reasons."),
    ]

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

    events: Annotated[
        list[FeedEvent], Meta(description="In the order in which they can be followed.")
    ]
    next: Annotated[str, Meta(description="Opaque cursor: pass it as `after`.")]

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
        summary="Follow events",
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
        """Events of all users, oldest first. A client that goes on from `next` misses no event and
        gets none twice. Without `after` it begins with the oldest stored event; with `after=now` it
        returns no event, and a `next` to begin from. To search events, use the rows of the table
        `events`.
        """
        feed = await wait_for(lambda: history.follow(after, limit=limit), seconds=wait)
        return FeedView.of(feed)
