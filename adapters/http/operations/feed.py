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
from domain.events import EventKind, Recorded
from domain.operator import Scope
from domain.ports import Records

Position = Annotated[int, QueryParameter(ge=0, description="Of the last event you have.")]


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
    def of(cls, recorded: Recorded) -> "FeedEvent":
        """Translate."""
        event = recorded.event
        return cls(
            recorded.position,
            event.kind,
            event.at,
            event.user_id,
            event.actor_id,
            event.origin.address,
            event.origin.user_agent,
            dict(event.details),
        )


class FeedView(Struct, frozen=True):
    """Events, oldest first. Ask for those after `next`."""

    events: list[FeedEvent]
    next: int

    @classmethod
    def of(cls, found: list[Recorded], *, after: int) -> "FeedView":
        """Translate."""
        events = [FeedEvent.of(each) for each in found]
        return cls(events, max([after, *(each.position for each in found)]))


class FeedController(Controller):
    """The record of what happened to accounts."""

    path = "/api/ops/events"
    tags = ("Operations: data",)

    @get(
        operation_id="followEvents",
        summary="Follow what happens",
        responses=answers_operators(also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def follow(
        self,
        records: NamedDependency[SkipValidation[Records]],
        after: Position = 0,
        limit: Limit = 100,
        wait: Wait = 0,
    ) -> FeedView:
        """Events in the order in which they happened: who goes on from `next` misses none and gets
        none twice. To search them, see the rows of the table `events`.
        """
        found = await wait_for(lambda: records.events_after(after, limit=limit), seconds=wait)
        return FeedView.of(found, after=after)
