"""Who is calling: what another program asks for each of its own requests."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import Meta, Struct

from adapters.http.authentication import SignedInRequest
from adapters.http.problems import answers
from domain.errors import NotSignedIn, StorageUnavailable
from domain.session import Lifetimes, SignedIn


class CallerView(Struct, frozen=True):
    """The user of a session."""

    id: Annotated[
        int,
        Meta(ge=1, description="Stable, and never reused. Use it as the key for your own data."),
    ]
    username: Annotated[str, Meta(description="May change, and later belong to another user.")]
    roles: Annotated[list[str], Meta(description="Set by operators.")]
    metadata: Annotated[dict[str, object], Meta(description="Set by operators: a JSON object.")]


class LiveSessionView(Struct, frozen=True):
    """A session that counts now. After `fresh_until` its owner should be asked for the password
    before what cannot be undone.
    """

    id: Annotated[int, Meta(description="Id of the session; not its token.")]
    created: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    expires: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    fresh_until: Annotated[
        datetime,
        Meta(
            description="Until then the login is fresh: no `current_password` is needed. RFC"
            " 3339, in UTC."
        ),
    ]


class CurrentSessionView(Struct, frozen=True):
    """Who is calling, and in which session."""

    user: CallerView
    session: LiveSessionView

    @classmethod
    def of(cls, found: SignedIn, lifetimes: Lifetimes) -> "CurrentSessionView":
        """As the API shows it."""
        user, session, policy = found.user, found.session, lifetimes.of(found.user)
        return cls(
            CallerView(user.id, user.username.value, list(user.roles), user.metadata.value),
            LiveSessionView(
                session.id,
                session.created_at,
                session.ends_at(policy),
                session.fresh_until(policy),
            ),
        )


class CurrentSessionController(Controller):
    """For applications that hand on what their own caller sent: the cookie or the bearer token."""

    path = "/api/session"
    tags = ("Sessions and events",)

    @get(
        operation_id="getSession",
        summary="Get the current session",
        responses=answers(NotSignedIn, StorageUnavailable),
    )
    async def get_session(
        self, request: SignedInRequest, lifetimes: NamedDependency[SkipValidation[Lifetimes]]
    ) -> CurrentSessionView:
        """The user and the session of this request, by cookie or bearer token. For applications
        that ask who is calling.
        """
        # Mostly, signed_in_reads.py has answered before.
        return CurrentSessionView.of(request.user, lifetimes)
