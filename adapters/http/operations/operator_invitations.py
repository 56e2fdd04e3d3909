"""Inviting operators, and accepting such an invitation."""

from typing import Annotated

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import Body
from msgspec import Struct

from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, in_person
from adapters.http.operations.invitations import InvitationView, Note
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import CROSS_ORIGIN, INVALID
from adapters.http.problems import answers
from adapters.http.views import Name, Secret, UserView
from application.operators.invite_operator import InviteOperator
from application.operators.join_operators import JoinOperators
from domain.errors import (
    Busy,
    FreshLoginRequired,
    InvalidCode,
    InvalidNote,
    InvalidPassword,
    InvalidUsername,
    PersonRequired,
    StorageFull,
    StorageUnavailable,
    UsernameTaken,
)
from domain.operator import Scope
from domain.secrets import OperatorCode


class NewOperatorInvitation(Struct, frozen=True):
    """Whom to invite."""

    note: Note = ""


class InvitedOperator(Struct, frozen=True):
    """Who becomes an operator, with the code of an invitation (`fdo_…`)."""

    invitation: Annotated[str, Body(description="The code of the invitation.", max_length=100)]
    username: Name
    password: Secret


class OperatorInvitationsController(Controller):
    """How operators get company."""

    path = "/api/ops/operators"
    tags = ("Operations",)

    @post(
        "/invitations",
        status_code=200,
        operation_id="inviteOperator",
        summary="Invite an operator",
        responses=answers_operators(
            InvalidNote, PersonRequired, FreshLoginRequired, StorageFull, also=(*BODY, INVALID)
        ),
        **in_person(Scope.DATA_UPDATE),
    )
    async def invite_operator(
        self,
        request: OperatorRequest,
        data: Annotated[NewOperatorInvitation, Body()],
        invite_operator: NamedDependency[InviteOperator],
    ) -> InvitationView:
        """Creates a code with which one person creates an operator's account within 24 hours, while
        you are an operator and your password stays the same. Send the link `/ops/set-up#CODE`. It
        needs a fresh login; an access token is not enough. The invitation is listed and revoked
        like others.
        """
        issued = await invite_operator(by=request.user, note=data.note, caller=caller_of(request))
        return InvitationView.of(issued.invitation, issued.code.text)

    @post(
        status_code=200,
        operation_id="joinOperators",
        summary="Accept an operator invitation",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            InvalidCode,
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=(*BODY, CROSS_ORIGIN, INVALID),
        ),
    )
    async def join_operators(
        self,
        request: PublicRequest,
        data: Annotated[InvitedOperator, Body()],
        join_operators: NamedDependency[JoinOperators],
        jar: NamedDependency[Cookies],
    ) -> Response[UserView]:
        """Creates an operator's account with the code of an invitation, and opens a session."""
        admission = await join_operators(
            code=OperatorCode.parse(data.invitation),
            username=data.username,
            password=data.password,
            caller=caller_of(request),
            presented=request.auth,
        )
        let_in_or_out(request, admission.user.id)
        return Response(UserView.of(admission.user), cookies=jar.carrying(admission))
