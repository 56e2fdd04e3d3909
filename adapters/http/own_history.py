"""Your sessions, what happened to your account, and all of it to take along."""

from typing import Annotated

from litestar import Controller, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from adapters.http.admissions import forgotten
from adapters.http.authentication import SignedInRequest
from adapters.http.cookies import Cookies
from adapters.http.export_views import ExportView
from adapters.http.exporting import encoded
from adapters.http.path_parameters import SessionId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import CROSS_ORIGIN, INVALID
from adapters.http.problems import answers
from adapters.http.streaming import Streamed
from adapters.http.views import Ended, EventPageView, SessionView
from application.account.end_other_sessions import EndOtherSessions
from application.account.end_session import EndSession
from application.account.export_account import ExportAccount
from application.account.list_events import ListEvents
from application.account.list_sessions import ListSessions
from domain.errors import (
    NoSuchSession,
    NotSignedIn,
    StorageFull,
    StorageUnavailable,
    TooManyAttempts,
)


class OwnHistoryController(Controller):
    """What the service holds about the caller."""

    path = "/api/user"
    tags = ("Sessions and events",)

    @get(
        "/sessions",
        operation_id="listSessions",
        summary="List your sessions",
        responses=answers(NotSignedIn, StorageUnavailable),
    )
    async def list_sessions(
        self, request: SignedInRequest, list_sessions: NamedDependency[ListSessions]
    ) -> list[SessionView]:
        """Newest first. `current` is true for the session of this request."""
        sessions = await list_sessions(signed_in=request.user)
        return SessionView.all_of(sessions, current=request.user.session.id)

    @delete(
        "/sessions/{session_id:int}",
        status_code=200,
        operation_id="endSession",
        summary="End one of your sessions",
        responses=answers(
            NotSignedIn,
            NoSuchSession,
            StorageFull,
            StorageUnavailable,
            also=(INVALID, CROSS_ORIGIN),
        ),
    )
    async def end_session(
        self,
        request: SignedInRequest,
        session_id: SessionId,
        end_session: NamedDependency[EndSession],
        jar: NamedDependency[Cookies],
    ) -> Response[Ended]:
        """The next request of that session is refused. Ending the session of this request is a
        logout.
        """
        await end_session(
            signed_in=request.user,
            presented=request.auth,
            session_id=session_id,
            caller=caller_of(request),
        )
        is_current = session_id == request.user.session.id
        return Response(Ended(1), cookies=forgotten(request, jar) if is_current else [])

    @delete(
        "/sessions",
        status_code=200,
        operation_id="endOtherSessions",
        summary="End your other sessions",
        responses=answers(NotSignedIn, StorageFull, StorageUnavailable, also=(CROSS_ORIGIN,)),
    )
    async def end_other_sessions(
        self, request: SignedInRequest, end_other_sessions: NamedDependency[EndOtherSessions]
    ) -> Ended:
        """End all sessions of the account but the one of this request. The answer says how many
        ended.
        """
        ended = await end_other_sessions(
            signed_in=request.user, presented=request.auth, caller=caller_of(request)
        )
        return Ended(ended)

    @get(
        "/events",
        operation_id="listEvents",
        summary="List events of your account",
        responses=answers(NotSignedIn, StorageUnavailable, also=(INVALID,)),
    )
    async def list_events(
        self,
        request: SignedInRequest,
        list_events: NamedDependency[ListEvents],
        before: Annotated[
            int | None, QueryParameter(ge=1, description="The `next` of the page before.")
        ] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100, description="Page size.")] = 50,
    ) -> EventPageView:
        """Newest first, in pages: pass `next` as `before`. `next` is null on the last page."""
        page = await list_events(signed_in=request.user, before=before, limit=limit)
        return EventPageView.of(page)

    @get(
        "/export",
        operation_id="exportAccount",
        summary="Export your data",
        responses=answers(NotSignedIn, TooManyAttempts, StorageFull, StorageUnavailable),
    )
    async def export_account(
        self, request: SignedInRequest, export_account: NamedDependency[ExportAccount]
    ) -> Response[ExportView]:
        """Everything that is stored about you, but for the password hash, as one JSON document. It
        is streamed: if the connection closes before the end, ask again. One export at a time.
        """
        parts = export_account(
            signed_in=request.user, presented=request.auth, caller=caller_of(request)
        )
        pieces = encoded(parts, current=request.user.session.id)
        first = await anext(pieces)  # what is refused, is refused here
        return Streamed(first, pieces, filename=f"account-{request.user.user.id}.json")
