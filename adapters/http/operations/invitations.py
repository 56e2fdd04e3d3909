"""Invitations to sign up."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import Body, SkipValidation
from msgspec import Meta, Struct, convert, field

from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, operators
from adapters.http.operations.queries import After, Limit
from adapters.http.path_parameters import InvitationId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from application.operations.queries import Tables
from application.operators.create_invitation import CreateInvitation
from application.operators.revoke_invitation import RevokeInvitation
from domain.errors import (
    Busy,
    InvalidNote,
    InvalidQuery,
    InvalidRoles,
    NoSuchInvitation,
    QueryTooSlow,
    StorageFull,
)
from domain.invitation import NOTE_MAX_CHARACTERS, USES_MAX, Invitation
from domain.operator import Scope

_TABLE = "invitations"

Note = Annotated[
    str,
    Body(
        description="For operators: whom it is for.",
        max_length=NOTE_MAX_CHARACTERS,
        schema_extra={"examples": ["Grace, of the support"]},
    ),
]


class NewInvitation(Struct, frozen=True):
    """Whom it lets in, with which roles, how often and for how long."""

    note: Note = ""
    roles: Annotated[
        list[str],
        Body(
            description="What each account gets. From a program, this needs the scope `data.roles`"
            " too.",
            schema_extra={"examples": [["member"]]},
        ),
    ] = field(default_factory=list)
    uses: Annotated[
        int,
        Meta(description="Accounts that can be created with it.", ge=1, le=USES_MAX),
    ] = 1
    days: Annotated[int, Meta(description="Days until it expires.", ge=1, le=366)] = 7


class InvitationView(Struct, frozen=True):
    """An invitation. `code` is shown this once: send it as `invitation` with a sign-up. One that
    `is_for_operator` makes an operator instead (`POST /api/ops/operators`).
    """

    id: Annotated[int, Meta(description="Never reused.")]
    note: Annotated[str, Meta(description="For operators: whom it is for.")]
    roles: Annotated[list[str], Meta(description="Roles of the accounts that are created with it.")]
    uses: Annotated[int, Meta(description="Accounts that can be created with it.")]
    used: Annotated[int, Meta(description="Accounts that were created with it.")]
    created_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    revoked_at: Annotated[
        datetime | None, Meta(description="When it was revoked; null if it was not.")
    ]
    is_for_operator: Annotated[bool, Meta(description="Whether it makes an operator.")]
    code: Annotated[str | None, Meta(description="Shown once, when it is created; null in lists.")]

    @classmethod
    def of(cls, invitation: Invitation, code: str | None = None) -> "InvitationView":
        """As the API shows it."""
        return cls(
            invitation.id,
            invitation.note,
            list(invitation.roles),
            invitation.uses,
            invitation.used,
            invitation.created_at,
            invitation.expires_at,
            invitation.revoked_at,
            invitation.is_for_operator,
            code,
        )


class ListedInvitation(Struct, frozen=True):
    """An invitation in a list, without its code."""

    id: Annotated[int, Meta(description="Never reused.")]
    note: Annotated[str, Meta(description="For operators: whom it is for.")]
    roles: Annotated[
        str,
        Meta(
            description="Roles of the accounts that are created with it, separated by commas.",
            examples=["member,editor"],
        ),
    ]
    uses: Annotated[int, Meta(description="Accounts that can be created with it.")]
    used: Annotated[int, Meta(description="Accounts that were created with it.")]
    created_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    revoked_at: Annotated[
        datetime | None, Meta(description="When it was revoked; null if it was not.")
    ]
    issuer_id: Annotated[
        int | None,
        Meta(description="The operator who made it; null if it was made at the command line."),
    ]
    issuer_auth_version: Annotated[
        int | None,
        Meta(description="`auth_version` of that operator then: after a new password it is void."),
    ]
    issuer_key_id: Annotated[
        int | None, Meta(description="The access token that made it; null if none did.")
    ]
    is_for_operator: Annotated[bool, Meta(description="Whether it makes an operator.")]


class InvitationPage(Struct, frozen=True):
    """Some invitations, newest first."""

    rows: Annotated[list[ListedInvitation], Meta(description="Invitations of all operators.")]
    next: Annotated[
        str | None, Meta(description="Pass it as `after` for the next page; null on the last.")
    ]


class InvitationsController(Controller):
    """Who may sign up where not everybody may."""

    path = "/api/ops/invitations"
    tags = ("Operations: invitations",)

    @get(
        operation_id="listInvitations",
        summary="List invitations",
        responses=answers_operators(InvalidQuery, QueryTooSlow, Busy, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def list_invitations(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        after: After = None,
        limit: Limit = 50,
    ) -> InvitationPage:
        """Newest first, with the number of uses. An invitation is removed 30 days after it has
        expired.
        """
        page = await tables.page(_TABLE, after=after, limit=limit)
        return InvitationPage([convert(row, ListedInvitation) for row in page.rows], page.following)

    @post(
        status_code=200,
        operation_id="createInvitation",
        summary="Create an invitation",
        responses=answers_operators(InvalidNote, InvalidRoles, StorageFull, also=(*BODY, INVALID)),
        **operators(Scope.DATA_CREATE),
    )
    async def create_invitation(
        self,
        request: OperatorRequest,
        data: Annotated[NewInvitation, Body()],
        create_invitation: NamedDependency[CreateInvitation],
    ) -> InvitationView:
        """Returns a code with which people sign up. It becomes invalid if you stop being an
        operator or change your password; if an access token created it, together with that token.
        """
        issued = await create_invitation(
            by=request.user,
            note=data.note,
            roles=data.roles,
            uses=data.uses,
            lifetime=timedelta(days=data.days),
            caller=caller_of(request),
        )
        return InvitationView.of(issued.invitation, issued.code.text)

    @delete(
        "/{invitation_id:int}",
        status_code=200,
        operation_id="revokeInvitation",
        summary="Revoke an invitation",
        responses=answers_operators(NoSuchInvitation, StorageFull, also=(INVALID,)),
        **operators(Scope.DATA_DELETE),
    )
    async def revoke_invitation(
        self,
        request: OperatorRequest,
        invitation_id: InvitationId,
        revoke_invitation: NamedDependency[RevokeInvitation],
    ) -> InvitationView:
        """Nobody can use it any more. Accounts that were created with it stay."""
        return InvitationView.of(
            await revoke_invitation(
                by=request.user, invitation_id=invitation_id, caller=caller_of(request)
            )
        )
